import ColdChain
import Wire

/// What a column of a file of readings holds, by what its header says.
enum ReadingColumn: Hashable, CaseIterable {
    case time
    /// Where the date stands beside the time of day.
    case date
    case receivedAt
    case celsius
    case fahrenheit
    case device
    case quantity
    case unit

    /// The names of each, in lower case without anything but letters and digits: loggers write
    /// `Temperature (°C)`, `temp_c` and `Temp. [C]`.
    private var names: [String] {
        switch self {
        case .time:
            [
                "time", "timestamp", "measuredat", "datetime", "timeutc", "datetimeutc",
                "timestamputc", "recordedat", "ts", "t", "zeit", "uhrzeit", "zeitstempel",
                "datumuhrzeit", "datumzeit",
            ]
        case .date: ["date", "datum"]
        case .receivedAt: ["receivedat", "received"]
        case .celsius:
            [
                "temperature", "temperaturec", "temp", "tempc", "celsius", "value", "valuec",
                "degc", "degreesc", "temperaturecelsius", "airtemperature", "temperatur",
                "temperaturc", "c",
            ]
        case .fahrenheit:
            [
                "temperaturef", "tempf", "fahrenheit", "valuef", "degf", "degreesf",
                "temperaturefahrenheit", "temperaturf", "f",
            ]
        case .device:
            ["device", "deviceid", "sensor", "sensorid", "bag", "bagid", "carrier", "serial"]
        case .quantity: ["quantity"]
        case .unit: ["unit", "einheit"]
        }
    }

    /// How likely a name is meant: 0 for the first of the names; nil for one of something else.
    private func rank(of header: String) -> Int? {
        let plain = header.lowercased().unicodeScalars.filter {
            $0.properties.isAlphabetic || $0.properties.numericType != nil
        }
        let name = String(String.UnicodeScalarView(plain))
        return names.firstIndex(of: name)
    }

    /// Which of the headers is each column's: the likeliest of several.
    static func places(in headers: [String]) -> [ReadingColumn: Int] {
        var places: [ReadingColumn: Int] = [:]
        for column in allCases {
            let ranked = headers.indices.compactMap { index in
                column.rank(of: headers[index]).map { (rank: $0, index: index) }
            }
            places[column] = ranked.min { $0.rank < $1.rank }?.index
        }
        // A date alone tells day and time.
        if places[.time] == nil, let date = places.removeValue(forKey: .date) {
            places[.time] = date
        }
        return places
    }
}

/// What stands in one place of a file of readings.
enum ReadingCell: Equatable {
    case nothing
    case text(String)
    case number(Double)

    init(_ json: JSON?) {
        switch json {
        case .string(let text): self = .text(text)
        case .integer, .number: self = json?.double.map { .number($0) } ?? .nothing
        case nil, .null: self = .nothing
        default: self = .text(json?.text ?? "")
        }
    }

    var shown: String {
        switch self {
        case .nothing: "nothing"
        case .text(let text): "'\(text.prefix(40))'"
        case .number(let number): "\(number)"
        }
    }

    var text: String? {
        switch self {
        case .nothing: nil
        case .text(let text): text.isEmpty ? nil : text
        case .number(let number): "\(number)"
        }
    }
}

/// Numbers and times as loggers write them.
enum LoggerText {
    /// What stands for a value that there is not.
    private static let missing: Set<String> = [
        "", "nan", "null", "nil", "none", "na", "n/a", "-", "--", "---",
    ]

    /// A temperature: NaN where the text says that there is none, infinite where it says so; nil
    /// where it is no number. A decimal comma is one.
    ///
    /// - Parameter unit: The letter that may stand behind it; another unit's makes it no number.
    static func number(_ text: String, unit: Character = "c") -> Double? {
        var plain = text.lowercased().filter { !$0.isWhitespace && $0 != "°" && $0 != "\u{FFFD}" }
        if plain.last == unit, plain.dropLast().last?.isNumber == true { plain.removeLast() }
        if missing.contains(plain) { return .nan }
        plain = String(plain.map { $0 == "\u{2212}" ? "-" : $0 })
        switch plain {
        case "inf", "+inf", "infinity", "+infinity": return .infinity
        case "-inf", "-infinity": return -.infinity
        default: break
        }
        if plain.count(where: { $0 == "," }) == 1, !plain.contains(".") {
            plain = String(plain.map { $0 == "," ? "." : $0 })
        }
        guard plain.utf8.allSatisfy({ "0123456789+-.e".utf8.contains($0) }) else { return nil }
        return Double(plain)
    }

    /// From this on a number of the epoch counts milliseconds: as seconds it would be the year 5138.
    private static let leastMilliseconds = 1e11

    /// Seconds or milliseconds since 1970, up to the year 9999.
    static func instant(_ number: Double) -> Timestamp? {
        let milliseconds =
            number < leastMilliseconds ? (number * 1_000).rounded() : number.rounded()
        guard number >= 0, milliseconds <= Double(TraceTime.lastMilliseconds) else { return nil }
        return Int64(exactly: milliseconds).map(Timestamp.init(milliseconds:))
    }

    /// RFC 3339, the same without a zone, or a number of the epoch.
    static func instant(_ text: String) -> (instant: Timestamp, hasZone: Bool)? {
        let plain = text.trimmedOfSpaces
        if plain.utf8.allSatisfy({ "0123456789.".utf8.contains($0) }), let number = Double(plain) {
            return instant(number).map { ($0, true) }
        }
        if let milliseconds = RFC3339.parse(plain) {
            return inTime(milliseconds).map { ($0, true) }
        }
        // Many loggers leave the seconds out.
        let whole = plain.utf8.count == 16 ? plain + ":00" : plain
        return RFC3339.parseLocal(Array(whole.utf8).span).flatMap(inTime).map { ($0, false) }
    }

    private static func inTime(_ milliseconds: Int64) -> Timestamp? {
        (0...TraceTime.lastMilliseconds).contains(milliseconds)
            ? Timestamp(milliseconds: milliseconds) : nil
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    var trimmedOfSpaces: String {
        let start = firstIndex { !$0.isWhitespace } ?? endIndex
        let end = lastIndex { !$0.isWhitespace }.map { index(after: $0) } ?? start
        return String(self[start..<end])
    }
}
