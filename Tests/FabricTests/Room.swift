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
    private var effects = FabricEffects()
    private var lastNumber: UInt64 = 0

    init(_ limits: FabricLimits = FabricLimits()) {
        fabric = Fabric(epoch: "e1", lastNumber: 0, limits: limits, now: now)
    }

    // MARK: The host's part

    func takeEffects() {
        fabric.takeEffects(into: &effects)
        for connection in effects.ready {
            #expect(!ready.contains(connection), "named once until it is drained")
            ready.insert(connection)
        }
        closings += effects.closings
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
        expiresAt: Timestamp? = nil
    ) -> ConnectionNumber {
        let connection = ConnectionNumber(number)
        let identity = Identity(
            subject: subject ?? "user-\(number)", role: role, site: site, expiresAt: expiresAt)
        fabric.connect(connection, identity: identity, now: now)
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
        takeEffects()
        var bytes: [UInt8] = []
        while fabric.fill(connection, into: &bytes, limit: limit) == .more {}
        ready.remove(connection)
        return Room.texts(in: bytes)
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
        fabric.publish(
            events.map { event in
                switch event {
                case .temperature, .location: return PublishedEvent(number: nil, event: event)
                case .alert, .dataLoss, .silence, .order, .alertUpdate:
                    lastNumber += 1
                    return PublishedEvent(number: lastNumber, event: event)
                }
            }, now: now)
    }
}
