import ColdChain
import YAML

/// Reads the time field of a profile.
struct TimeReader {
    private let mapping: StrictMapping

    init(_ node: Node, file: String) throws(ProfileError) {
        mapping = try StrictMapping(
            node, of: file, keys: ["path", "kind", "text", "utc_offset", "fallback"])
    }

    func field() throws(ProfileError) -> Profile.TimeField {
        let kind = try kind()
        let acceptsNumericText = try mapping.acceptsNumericText()
        guard !kind.isText || !acceptsNumericText else {
            throw mapping.refusal(
                try mapping.required("text"), "a date is text as it is; remove 'text'")
        }
        var fallsBack = false
        if let node = mapping.node("fallback") {
            fallsBack = try mapping.word(node, among: ["receipt", "reject"]) { $0 } == "receipt"
        }
        return Profile.TimeField(
            path: try mapping.path(), kind: kind, acceptsNumericText: acceptsNumericText,
            fallsBackToReceipt: fallsBack)
    }

    private static let kinds: [(name: String, kind: TimeKind)] = [
        ("epoch_ms", .epochMilliseconds), ("epoch_s", .epochSeconds),
        ("epoch_us", .epochMicroseconds), ("epoch_ns", .epochNanoseconds), ("rfc3339", .rfc3339),
        ("gps_s", .gpsSeconds), ("local", .local(offsetMinutes: 0)),
    ]

    private func kind() throws(ProfileError) -> TimeKind {
        let kind = try mapping.word(try mapping.required("kind"), among: Self.kinds) { $0.name }
            .kind
        let offset = try mapping.utcOffset("utc_offset")
        guard case .local = kind else {
            if let node = mapping.node("utc_offset") {
                throw mapping.refusal(node, "only times of the kind 'local' have an offset")
            }
            return kind
        }
        guard let offset else {
            let node = try mapping.required("kind")
            throw mapping.refusal(node, "a local time needs 'utc_offset', such as \"+01:00\"")
        }
        return .local(offsetMinutes: offset)
    }
}

extension TimeKind {
    var isText: Bool {
        switch self {
        case .rfc3339, .local: true
        default: false
        }
    }
}

extension StrictMapping {
    /// `+01:00` as minutes.
    func utcOffset(_ key: String) throws(ProfileError) -> Int? {
        guard let node = node(key) else { return nil }
        let text = Array(
            try scalar(node) { node throws(ScalarError) in try node.string() }.utf8)
        let digits = text.filter { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            .map { Int($0 - UInt8(ascii: "0")) }
        guard text.count == 6, digits.count == 4, text[3] == UInt8(ascii: ":"),
            text[0] == UInt8(ascii: "+") || text[0] == UInt8(ascii: "-")
        else { throw refusal(node, "expected an offset from UTC such as \"+01:00\"") }
        let minutes = (digits[0] * 10 + digits[1]) * 60 + digits[2] * 10 + digits[3]
        guard digits[2] < 6, minutes <= 14 * 60 else {
            throw refusal(node, "expected an offset from UTC such as \"+01:00\"")
        }
        return text[0] == UInt8(ascii: "-") ? -minutes : minutes
    }
}

/// Reads what a format is told beside the bytes.
struct OptionsReader {
    private let mapping: StrictMapping

    init(_ node: Node, file: String) throws(ProfileError) {
        mapping = try StrictMapping(
            node, of: file,
            keys: [
                "temperature_unit", "utc_offset", "tracker_family", "bluetooth_faults", "quantity",
                "unit",
            ])
    }

    func options() throws(ProfileError) -> FormatOptions {
        var options = FormatOptions()
        if let node = mapping.node("temperature_unit") {
            options.temperatureUnit = try mapping.word(node, among: Quantity.temperature.units) {
                $0.rawValue
            }
        }
        options.utcOffsetMinutes = try mapping.utcOffset("utc_offset")
        if let node = mapping.node("tracker_family") {
            options.tracker.family = try mapping.word(
                node, among: TeltonikaModel.Family.allCases
            ) { $0.rawValue }
        }
        if let node = mapping.node("bluetooth_faults") {
            options.tracker.bluetoothFaults = try mapping.word(
                node, among: TeltonikaModel.BluetoothFaults.allCases
            ) { $0.rawValue }
        }
        if let node = mapping.node("quantity") {
            let quantity = try mapping.word(node, among: Quantity.allCases) { $0.name }
            options.quantity = quantity
            options.unit = quantity.units[0]
        }
        if let node = mapping.node("unit") {
            guard let quantity = options.quantity else {
                throw mapping.refusal(node, "a unit needs the 'quantity' that it is of")
            }
            options.unit = try mapping.word(node, among: quantity.units) { $0.rawValue }
        }
        return options
    }
}
