import ColdChain
import Fabric
import Testing
import Wire

/// A fabric with a host around it that reads what the clients get.
final class Room {
    /// 2026-01-02T03:04:05.678Z
    static let start: Int64 = 1_767_323_045_678
    static let startText = "2026-01-02T03:04:05.678Z"

    var fabric: Fabric
    private(set) var now = Moment(wall: Timestamp(milliseconds: start), uptime: 1_000_000)
    private(set) var closings: [Closing] = []
    private(set) var ready: Set<ConnectionNumber> = []
    private var historyReads: [HistoryRead] = []
    /// Tokens that clients showed, until they are verified.
    private(set) var tokens: [OfferedToken] = []
    /// Critical messages that were reported as never confirmed, and messages to be recorded.
    private(set) var unconfirmed: [UnconfirmedDelivery] = []
    private(set) var submissions: [Submission] = []
    private var accesses: [ResourceAccess] = []
    /// Every record that was published.
    private(set) var journal: [RecordText] = []
    private var effects = FabricEffects()
    /// Whether the journal answers by itself.
    var answersHistoryReads = false
    private var lastNumber: UInt64 = 0
    private var sequences: [Channel: UInt64] = [:]
    private var orders: [String: Order] = [:]

    init(
        _ limits: FabricLimits = FabricLimits(), journalFloor: UInt64 = 0,
        compression: FrameCompression? = nil, signing: MessageSigning? = nil,
        sealing: FieldSealing? = nil, catalogue: MessageCatalogue = .empty
    ) {
        fabric = Fabric(
            epoch: "e1", lastNumber: 0, journalFloor: journalFloor, limits: limits,
            positions: .clear, fields: RecordFields { JSONReading.value(of: $0) },
            catalogue: catalogue, compression: compression, signing: signing, sealing: sealing,
            now: now)
    }

    // MARK: The host's part

    func takeEffects() {
        fabric.takeEffects(into: &effects)
        for connection in effects.ready {
            #expect(!ready.contains(connection), "named once until it is drained")
            ready.insert(connection)
        }
        closings += effects.closings
        historyReads += effects.historyReads
        tokens += effects.tokens
        unconfirmed += effects.unconfirmed
        submissions += effects.submissions
        accesses += effects.accesses
    }

    /// Answers for the tokens that were shown.
    func verifyTokens(_ identity: (String) -> Identity?) {
        takeEffects()
        for offer in tokens {
            fabric.renew(offer.connection, identity: identity(offer.token), now: now)
        }
        tokens = []
    }

    /// What the audit was told since the last time.
    func takeAccesses() -> [ResourceAccess] {
        takeEffects()
        defer { accesses = [] }
        return accesses
    }

    func takeHistoryReads() -> [HistoryRead] {
        takeEffects()
        defer { historyReads = [] }
        return historyReads
    }

    /// What the journal has of the channels.
    func answer(_ read: HistoryRead) {
        let found = journal.filter { record in
            record.number.map { $0 > read.after && $0 <= read.through } == true
                && record.positions.contains { read.channels.contains($0.channel) }
        }
        let page = Array(found.prefix(read.limit))
        let end = page.count < found.count ? page.last?.number : read.through
        fabric.take(HistoryPage(read: read, records: page, end: end ?? 0, floor: 0))
    }

    func wait(_ milliseconds: Int64, ticking: Bool = true) {
        now = Moment(
            wall: now.wall.advanced(byMilliseconds: milliseconds),
            uptime: now.uptime + milliseconds)
        if ticking { fabric.tick(now: now) }
    }

    /// Sets the wall clock without any time going by.
    func setWallClock(by milliseconds: Int64) {
        now = Moment(wall: now.wall.advanced(byMilliseconds: milliseconds), uptime: now.uptime)
    }

    @discardableResult
    func connect(
        _ number: UInt64, _ role: Role = .staff, _ subject: String? = nil, site: String? = nil,
        counters: [String] = [], expiresAt: Timestamp? = nil, in dialect: Dialect = .wia
    ) -> ConnectionNumber {
        let connection = ConnectionNumber(number)
        var identity = Identity(
            subject: subject ?? "user-\(number)", role: role, site: site, expiresAt: expiresAt)
        identity.counters = counters
        fabric.connect(connection, identity: identity, in: dialect, now: now)
        return connection
    }

    func say(_ message: JSON, on connection: ConnectionNumber) {
        fabric.receive(.success(message), on: connection, now: now)
    }

    func subscribe(_ connection: ConnectionNumber, _ channel: Channel) {
        say(Room.request("subscribe", channel), on: connection)
    }

    /// Subscribes and throws away what is said to that.
    func follow(_ connection: ConnectionNumber, _ channels: Channel...) {
        for channel in channels { subscribe(connection, channel) }
        _ = texts(to: connection)
    }

    static func request(_ type: String, _ channel: Channel, id: String = "r1") -> JSON {
        [
            "type": .string(type), "id": .string(id),
            "payload": ["channel": .string(channel.name)],
        ]
    }

    // MARK: The client's part

    /// Everything that waits for a connection, as message texts, taken in writes of `limit` bytes.
    func texts(to connection: ConnectionNumber, limit: Int = 1 << 20) -> [String] {
        Room.texts(in: bytes(to: connection, limit: limit))
    }

    /// Everything that waits for a connection, as it goes onto the wire.
    func bytes(to connection: ConnectionNumber, limit: Int = 1 << 20) -> [UInt8] {
        takeEffects()
        var bytes: [UInt8] = []
        repeat {
            while fabric.fill(connection, into: &bytes, limit: limit) == .more {}
            ready.remove(connection)
            takeEffects()
            guard answersHistoryReads, !historyReads.isEmpty else { break }
            for read in takeHistoryReads() { answer(read) }
            takeEffects()
        } while ready.contains(connection)
        return bytes
    }

    /// Lets time go by as the host does, which looks four times a second for what is due.
    func run(_ milliseconds: Int64) {
        for _ in 0..<milliseconds / 250 {
            wait(250, ticking: false)
            fabric.endRests(now: now)
        }
    }

    /// What waits for a reader that takes records of so many bytes compressed.
    func bytes(to connection: ConnectionNumber, compressibleBytes: Int) -> [UInt8] {
        takeEffects()
        var bytes: [UInt8] = []
        let result = fabric.fill(
            connection, into: &bytes, limit: 1 << 20, compressibleBytes: compressibleBytes)
        #expect(result == .drained)
        ready.remove(connection)
        return bytes
    }

    func messages(to connection: ConnectionNumber) -> [JSON] {
        texts(to: connection).compactMap { text in
            let json = JSONReading.value(of: text.utf8)
            #expect(json != nil, "not JSON: \(text)")
            return json
        }
    }

    /// The messages as `type` and what tells them apart, for short expectations.
    func summary(to connection: ConnectionNumber) -> [String] {
        messages(to: connection).map { message in
            let payload = message["payload"]
            let details = [
                payload?["code"], payload?["status"], payload?["channel"], payload?["bagId"],
                payload?["driverId"], payload?["temperature"], payload?["location"]?["latitude"],
                payload?["state"],
            ]
            let words = details.compactMap { $0.map { $0.string ?? $0.text } }
            return ([message["type"]?.string ?? "?"] + words).joined(separator: " ")
        }
    }

    static func texts(in bytes: [UInt8]) -> [String] {
        var texts: [String] = []
        var place = 0
        while place + 2 <= bytes.count {
            #expect(bytes[place] == 0x81)
            var length = Int(bytes[place + 1])
            place += 2
            let more = length == 126 ? 2 : length == 127 ? 8 : 0
            if more > 0 {
                length = bytes[place..<place + more].reduce(0) { $0 << 8 | Int($1) }
                place += more
            }
            guard place + length <= bytes.count else {
                Issue.record("a frame was cut")
                return texts
            }
            texts.append(String(decoding: bytes[place..<place + length], as: UTF8.self))
            place += length
        }
        #expect(place == bytes.count)
        return texts
    }

    func codes(of connection: ConnectionNumber) -> [CloseCode] {
        takeEffects()
        return closings.filter { $0.connection == connection }.map(\.code)
    }

    // MARK: Events

    func publish(_ events: Event...) {
        fabric.publish(events.map(published), now: now)
    }

    /// Tells a message that somebody published, under the next number of the log.
    @discardableResult
    func relay(_ type: String, _ data: String, to channels: Channel...) -> UInt64 {
        lastNumber += 1
        let record = RecordText(
            number: lastNumber, type: type, occurredAt: now.wall, data: Array(data.utf8),
            positions: channels.map { channel in
                sequences[channel, default: 0] += 1
                return ChannelPosition(channel, sequence: sequences[channel, default: 0])
            })
        journal.append(record)
        fabric.publish([PublishedEvent(relayed: record, isState: false)], now: now)
        return lastNumber
    }

    /// An event of the record class gets the next number of the log and of its channels.
    private func published(_ event: Event) -> PublishedEvent {
        if case .order(let change) = event { orders[change.order.id] = change.order }
        let positions = event.channels(of: order(of: event)).map { channel in
            sequences[channel, default: 0] += 1
            return ChannelPosition(channel, sequence: sequences[channel, default: 0])
        }
        guard
            let record = RecordText(
                event, number: lastNumber + 1, at: event.occurredAt, positions: positions)
        else { return PublishedEvent(event) }
        lastNumber += 1
        journal.append(record)
        return PublishedEvent(event, record)
    }

    private func order(of event: Event) -> Order? {
        switch event {
        case .temperature, .location, .alertUpdate: nil
        case .alert(let alert): orders[alert.order]
        case .dataLoss(let notice): orders[notice.order]
        case .silence(let notice): orders[notice.order]
        case .order(let change): change.order
        }
    }
}

extension PositionCoding {
    /// Positions that a test can read: `7`, or `7.1767323045678.1`.
    static var clear: PositionCoding {
        PositionCoding(
            append: { position, bytes in
                let isRecord = position.step == 0
                let text =
                    isRecord
                    ? "\(position.number)" : "\(position.number).\(position.run).\(position.step)"
                bytes.append(contentsOf: text.utf8)
            },
            number: { text in
                let number = text.prefix { $0 != "." }
                return number.utf8.allSatisfy { (48...57).contains($0) } ? UInt64(number) : nil
            })
    }
}
