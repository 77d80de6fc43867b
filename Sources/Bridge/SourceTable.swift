import ColdChain
import Wire

/// Every source the log knows, found by the name in a topic.
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
    }

    /// By source number less one.
    private(set) var states: [State] = []
    /// Per profile, the names of its sources.
    private var names: [NameTable] = []
    /// Per profile, the source of each name.
    private var numbers: [[SourceNumber]] = []
    /// Per profile, what its sensors can measure and what is plausible.
    private var ranges: [GrossRanges] = []
    private var profiles: [String] = []

    init() {}

    init(
        profiles: [ProfileTraits], restored: RestoredState, salt: UInt64, book: inout OrderBook
    ) {
        self.profiles = profiles.map(\.name)
        names = profiles.map { _ in NameTable(salt: salt) }
        numbers = profiles.map { _ in [] }
        ranges = profiles.map(\.ranges)
        for source in restored.sources.sorted(by: { $0.number.rawValue < $1.number.rawValue }) {
            guard states.count < source.number.rawValue else { continue }
            fillGap(before: source.number)
            append(source, newest: restored.newestMeasurement[source.number], book: &book)
            guard let profile = self.profiles.firstIndex(of: source.profile) else { continue }
            let name = Array(source.carrier.name.utf8)
            if names[profile].find(name.span) == nil {
                _ = names[profile].insert(name.span)
                numbers[profile].append(source.number)
            }
        }
        // A number that was given once is never given again, even where its source is gone.
        fillGap(before: SourceNumber(restored.lastSource &+ 1))
    }

    var count: Int { states.count }

    subscript(number: SourceNumber) -> State {
        get { states[Int(number.rawValue) - 1] }
        _modify { yield &states[Int(number.rawValue) - 1] }
    }

    func find(_ name: Span<UInt8>, profile: ProfileNumber) -> SourceNumber? {
        names[profile.rawValue].find(name).map { numbers[profile.rawValue][$0] }
    }

    /// Adds a source that is seen for the first time.
    mutating func insert(
        _ name: Span<UInt8>, kind: CarrierKind, profile: ProfileNumber, book: inout OrderBook
    ) -> Source {
        var bytes: [UInt8] = []
        for index in name.indices { bytes.append(name[index]) }
        let text = String(decoding: bytes, as: UTF8.self)
        let source = Source(
            number: SourceNumber(UInt32(truncatingIfNeeded: states.count + 1)), device: text,
            carrier: Carrier(kind, named: text), profile: profiles[profile.rawValue])
        append(source, newest: nil, book: &book)
        _ = names[profile.rawValue].insert(name)
        numbers[profile.rawValue].append(source.number)
        return source
    }

    func grossRangeFlag(of measurement: Measurement, profile: ProfileNumber) -> QualityFlag {
        ranges[profile.rawValue].flag(for: measurement)
    }

    /// Keeps the index of a state one less than its number where the log lacks a number.
    private mutating func fillGap(before number: SourceNumber) {
        while states.count + 1 < Int(number.rawValue) {
            let absent = Source(
                number: SourceNumber(UInt32(truncatingIfNeeded: states.count + 1)), device: "",
                carrier: .vehicle(""), profile: "")
            states.append(State(source: absent))
        }
    }

    private mutating func append(_ source: Source, newest: Timestamp?, book: inout OrderBook) {
        var state = State(source: source, newest: newest)
        switch source.carrier {
        case .bag(let name):
            let index = book.bagIndex(of: name)
            book.add(source: source.number, toBag: index)
            state.bag = index
        case .vehicle(let name):
            state.vehicle = book.vehicleIndex(of: name)
        }
        states.append(state)
    }
}
