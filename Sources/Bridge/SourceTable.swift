import ColdChain
import Wire

/// Every source the log knows, found by the device's name.
struct SourceTable: Sendable {
    struct State: Sendable {
        var source: Source
        /// Index in `OrderBook.bags`; nil for what is fixed to no bag.
        var bag: Int?
        /// Index in `OrderBook.vehicles`.
        var vehicle: Int?
        /// The newest possible time of measurement seen.
        var newest: Timestamp?
        /// The time last given to a sample that carried none.
        var lastStandIn: Timestamp?
        /// Where `RecentSamples` remembers what it said; nil until it said something that may come
        /// again by another way.
        var memory: Int?
        /// The device in the registry; nil for a source that has said nothing in this run.
        var device: Int?
        /// A time of measurement before is not believed.
        var installedAt: Timestamp?
        /// How often the device measures, in milliseconds, as far as it is known.
        var interval: Int64?
        /// The device's place in `CalibrationBook`, as of when the registry was last asked.
        var calibrations = CalibrationBook.nowhere
        /// Whether the log had the source before this run.
        var isRestored = false
        /// The place of its first channel in `QualityBook`.
        var channel: Int?
        /// Places in `QualityBook` of its clock, and of what is known of its fixes.
        var clock: Int?
        var displacement: Int?
        /// What the topic, or else the profile, says that the device is fixed to.
        var toldKind: CarrierKind?
        /// The first source of the same device on the same bag or vehicle.
        var speaker: SourceNumber
        /// Whether there is a reading of it.
        var hasMeasured = false
        /// The broker that the speaker was last heard by; nil where it was not heard in this run.
        var broker: UInt16?
        /// The source before it of the same device and profile, which was fixed to something else.
        fileprivate var earlier: SourceNumber?
    }

    /// The sources of one name by one profile.
    private struct Line: Sendable {
        var newest: SourceNumber
        /// Whose the next readings are; nil where the registry has to be asked again.
        var current: SourceNumber?
    }

    /// By source number less one.
    private(set) var states: [State] = []
    /// Per profile, the names of its devices.
    private var names: [NameTable] = []
    /// Per profile, the sources of each name.
    private var lines: [[Line]] = []
    /// Per profile, what its sensors can measure and what is plausible.
    private var ranges: [GrossRanges] = []
    private var profiles: [String] = []

    init() {}

    init(
        profiles: [ProfileTraits], restored: RestoredState, salt: UInt64, book: inout OrderBook
    ) {
        self.profiles = profiles.map(\.name)
        names = profiles.map { _ in NameTable(salt: salt) }
        lines = profiles.map { _ in [] }
        ranges = profiles.map(\.ranges)
        states.reserveCapacity(restored.sources.count)
        for source in restored.sources.sorted(by: { $0.number.rawValue < $1.number.rawValue }) {
            guard states.count < source.number.rawValue else { continue }
            fillGap(before: source.number)
            append(source, newest: restored.newestMeasurement[source.number], book: &book)
            states[states.count - 1].isRestored = true
            states[states.count - 1].hasMeasured = restored.measuring.contains(source.number)
            guard let profile = self.profiles.firstIndex(of: source.profile) else { continue }
            let name = Array(source.device.utf8)
            add(source.number, name.span, profile: ProfileNumber(rawValue: profile))
        }
        // A number that was given once is never given again, even where its source is gone.
        fillGap(before: SourceNumber(restored.lastSource &+ 1))
    }

    var count: Int { states.count }

    subscript(number: SourceNumber) -> State {
        // Not `get`, which would copy the whole state for each of its fields that is read.
        _read { yield states[Int(number.rawValue) - 1] }
        _modify { yield &states[Int(number.rawValue) - 1] }
    }

    /// The source of a device's next readings; nil where the registry has to be asked.
    func find(
        _ name: Span<UInt8>, profile: ProfileNumber, toldKind: CarrierKind
    ) -> SourceNumber? {
        guard let place = names[profile.rawValue].find(name),
            let number = lines[profile.rawValue][place].current,
            states[Int(number.rawValue) - 1].toldKind == toldKind
        else { return nil }
        return number
    }

    /// The source of a device on what it is fixed to, where the log knows it.
    func find(
        _ name: Span<UInt8>, profile: ProfileNumber, fixedTo carrier: Carrier
    ) -> SourceNumber? {
        guard let place = names[profile.rawValue].find(name) else { return nil }
        var next: SourceNumber? = lines[profile.rawValue][place].newest
        while let number = next {
            let state = states[Int(number.rawValue) - 1]
            if state.source.carrier == carrier { return number }
            next = state.earlier
        }
        return nil
    }

    /// Adds a source that is seen for the first time.
    mutating func insert(
        _ name: Span<UInt8>, device: String, carrier: Carrier, profile: ProfileNumber,
        book: inout OrderBook
    ) -> Source {
        let source = Source(
            number: SourceNumber(UInt32(truncatingIfNeeded: states.count + 1)), device: device,
            carrier: carrier, profile: profiles[profile.rawValue])
        append(source, newest: nil, book: &book)
        add(source.number, name, profile: profile)
        return source
    }

    /// From now on the name's readings come from this source, until the registry changes.
    mutating func use(_ number: SourceNumber, for name: Span<UInt8>, profile: ProfileNumber) {
        guard let place = names[profile.rawValue].find(name) else { return }
        lines[profile.rawValue][place].current = number
    }

    /// The registry says something else of the device: it is asked again when it is heard next.
    mutating func forgetCurrent(_ name: Span<UInt8>) {
        for profile in names.indices {
            if let place = names[profile].find(name) { lines[profile][place].current = nil }
        }
    }

    /// Every source of a device's name, whatever it was fixed to.
    func numbers(of name: Span<UInt8>) -> [SourceNumber] {
        var numbers: [SourceNumber] = []
        for profile in names.indices {
            guard let place = names[profile].find(name) else { continue }
            var next: SourceNumber? = lines[profile][place].newest
            while let number = next {
                numbers.append(number)
                next = states[Int(number.rawValue) - 1].earlier
            }
        }
        return numbers
    }

    func grossRange(of quantity: Quantity, profile: ProfileNumber) -> GrossRange? {
        ranges[profile.rawValue][quantity]
    }

    /// Keeps the index of a state one less than its number where the log lacks a number.
    private mutating func fillGap(before number: SourceNumber) {
        while states.count + 1 < Int(number.rawValue) {
            let absent = Source(
                number: SourceNumber(UInt32(truncatingIfNeeded: states.count + 1)), device: "",
                carrier: .vehicle(""), profile: "")
            states.append(State(source: absent, speaker: absent.number))
        }
    }

    private mutating func append(_ source: Source, newest: Timestamp?, book: inout OrderBook) {
        var state = State(source: source, newest: newest, speaker: source.number)
        switch source.carrier {
        case .bag(let name):
            let index = book.bagIndex(of: name)
            let first = book.bags[index].sources.first {
                self[$0].source.device == source.device
            }
            if let first { state.speaker = first }
            book.add(source: source.number, toBag: index)
            state.bag = index
        case .vehicle(let name):
            state.vehicle = book.vehicleIndex(of: name)
        }
        states.append(state)
    }

    private mutating func add(
        _ number: SourceNumber, _ name: Span<UInt8>, profile: ProfileNumber
    ) {
        if let place = names[profile.rawValue].find(name) {
            states[Int(number.rawValue) - 1].earlier = lines[profile.rawValue][place].newest
            lines[profile.rawValue][place].newest = number
        } else {
            _ = names[profile.rawValue].insert(name)
            lines[profile.rawValue].append(Line(newest: number))
        }
    }
}
