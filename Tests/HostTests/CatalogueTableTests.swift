import ColdChain
import Configuration
import JSONText
import Testing
import Wire

@testable import Bridge
@testable import Fabric

/// Each message of the shipped catalogue, from whoever may publish it to whoever may follow it.
@Suite struct CatalogueTableTests {
    private static let catalogue = try? MessageCatalogue.shipped()
    private static let relayed = (catalogue?.types ?? []).filter { $0.effect == .relay }
    private static let published = (catalogue?.types ?? []).filter { $0.effect != .own }
    /// Without answers to offers, which need one, and heartbeats, which are not told.
    private static let tellable = published.filter {
        ![.acceptOffer, .declineOffer, .heartbeat].contains($0.effect)
    }
    private static let now = Timestamp(milliseconds: 1_795_176_000_000)

    /// A value that the field takes.
    private static func value(of field: MessageField) -> JSON {
        switch field.kind {
        case .text: "text"
        case .identifier:
            switch field.name {
            case "orderId": "o-1"
            case "customerId", "userId": "anna"
            case "driverId": "dirk"
            case "cafeId": "c-1"
            case "merchantId": "r-1"
            default: "x-1"
            }
        case .number(let range): .number(max(range.lowerBound, min(1, range.upperBound)))
        case .integer(let range): .integer(max(range.lowerBound, 1))
        case .boolean: true
        case .instant: "2026-11-20T12:00:00Z"
        case .choice(let words): .string(words.last ?? "")
        case .object: ["a": 1]
        case .array: [1]
        }
    }

    private static func identity(_ role: Role) -> Identity {
        let subject =
            switch role {
            case .customer: "anna"
            case .driver: "dirk"
            case .employee: "x-1"
            default: "someone"
            }
        let site: String? = role == .merchant ? "r-1" : "c-1"
        return Identity(subject: subject, role: role, site: site)
    }

    private static func offered(
        _ type: MessageType, without absent: String? = nil, by identity: Identity
    ) -> OfferedMessage {
        var fields: [JSON.Member] = []
        for field in type.fields where field.name != absent && field.filling == nil {
            fields.append(JSON.Member(field.name, value(of: field)))
        }
        return OfferedMessage(id: "m-1", occurredAt: nil, fields: fields)
    }

    /// A bridge that knows an order whose parties are Anna, Dirk, restaurant r-1 and cafe c-1.
    private static func bridge(_ effects: inout Effects) -> Bridge {
        var bridge = Bridge(
            settings: BridgeSettings(profiles: [.client]), restored: RestoredState(), seed: 1,
            effects: &effects)
        var fields = OrderFields()
        fields.id = "o-1"
        fields.foodClass = .hot
        fields.customer = "anna"
        fields.driver = "dirk"
        fields.restaurant = "r-1"
        fields.cafe = "c-1"
        fields.status = .ready
        bridge.perform(.createOrder(fields), token: nil, at: now, effects: &effects)
        return bridge
    }

    @Test(
        "Each message is taken from who may publish it, and told once to each dialect with a form",
        arguments: tellable)
    func told(type: MessageType) throws {
        let catalogue = try #require(Self.catalogue)
        for terms in type.publishers {
            for role in terms.roles {
                // What brings an order further is the driver's or the kitchen's.
                let identity = Self.identity(role)
                var offered = Self.offered(type, by: identity)
                if type.effect == .orderStatus {
                    offered.fields = [
                        JSON.Member("orderId", "o-1"),
                        JSON.Member("status", role == .driver ? "picked_up" : "cancelled"),
                    ]
                }
                let publication = try catalogue.judge(
                    offered, as: type, by: identity, now: Self.now)
                var effects = Effects()
                var bridge = Self.bridge(&effects)
                effects.removeAll()
                let message = JudgedMessage(id: "m-1", .success(publication))
                let fates = bridge.publish([message, message], at: Self.now, effects: &effects)
                #expect(fates.first?.word == "accepted", "\(role) \(fates)")
                #expect(fates.last?.word == "duplicate")
                #expect(effects.publications.count == 1, "\(role)")
                guard type.effect == .relay else { continue }
                let told = try #require(effects.publications.first)
                #expect(told.isState == (type.messageClass == .state))
                #expect(effects.records.history.count == (told.isState ? 0 : 1))
                try expectTold(told, type, catalogue)
            }
        }
    }

    private func expectTold(
        _ told: PublishedEvent, _ type: MessageType, _ catalogue: MessageCatalogue
    ) throws {
        let record = try #require(told.record)
        #expect(!record.positions.isEmpty)
        for dialect in Dialect.allCases {
            for position in record.positions {
                let listener = Listener(catalogue, dialect, following: position.channel)
                guard listener.isFollowing else { continue }
                let texts = listener.hear(told)
                let hasName = dialect != .tableTap || position.channel.tableTapName != nil
                let isTold = type.forms[DialectName(dialect)] != nil && hasName
                #expect(
                    texts.count == (isTold ? 1 : 0),
                    "\(dialect) on \(position.channel.name): \(texts)")
                guard isTold, let form = type.forms[DialectName(dialect)] else { continue }
                #expect(texts.allSatisfy { $0.contains(form) }, "\(texts)")
                for field in type.fields where field.isAddress {
                    #expect(!texts.contains { $0.contains("\"\(field.name)\"") }, "\(texts)")
                }
            }
        }
    }

    @Test("K-5: heartbeats of drivers are told as a status, to each dialect, where that is new")
    func heartbeat() throws {
        let catalogue = try #require(Self.catalogue)
        let type = try #require(catalogue["driver_heartbeat"])
        let news = try #require(catalogue["driver_status_changed"])
        let dirk = Self.identity(.driver)
        var effects = Effects()
        var bridge = Self.bridge(&effects)
        effects.removeAll()
        for id in ["m-1", "m-1", "m-2"] {
            let offered = OfferedMessage(
                id: id, occurredAt: nil, fields: [JSON.Member("availability", "available")])
            let sound = try catalogue.judge(offered, as: type, by: dirk, now: Self.now)
            let fates = bridge.publish(
                [JudgedMessage(id: id, .success(sound))], at: Self.now, effects: &effects)
            #expect(fates.first?.word == "accepted")
        }
        #expect(effects.records.publications.isEmpty)
        #expect(effects.publications.count == 1)
        try expectTold(try #require(effects.publications.first), news, catalogue)
        effects.removeAll()
        let start = bridge.wake(at: Self.now, effects: &effects)
        #expect(start == Self.now.advanced(byMilliseconds: 90_000))
        _ = bridge.wake(at: Self.now.advanced(byMilliseconds: 90_000), effects: &effects)
        // The driver's channels, and the order's.
        #expect(effects.publications.count == 2)
        for told in effects.publications { try expectTold(told, news, catalogue) }
    }

    @Test("Each role that the catalogue does not name is refused", arguments: published)
    func refused(type: MessageType) throws {
        let catalogue = try #require(Self.catalogue)
        let allowed = type.publishers.reduce(into: Set<Role>()) { $0.formUnion($1.roles) }
        for role in Role.allCases where !allowed.contains(role) {
            let identity = Self.identity(role)
            #expect(throws: PublicationRefusal.accessDenied) {
                _ = try catalogue.judge(
                    Self.offered(type, by: identity), as: type, by: identity, now: Self.now)
            }
        }
    }

    @Test("Each required field that is missing is named", arguments: published)
    func missing(type: MessageType) throws {
        let catalogue = try #require(Self.catalogue)
        let staff = Self.identity(.staff)
        for field in type.fields where field.isRequired && field.filling == nil {
            do throws(PublicationRefusal) {
                _ = try catalogue.judge(
                    Self.offered(type, without: field.name, by: staff), as: type, by: staff,
                    now: Self.now)
                Issue.record("\(field.name) is not missed")
            } catch {
                #expect(error.code == .missingField && error.field == field.name)
            }
        }
    }

    @Test("A field that is wrong, or that nobody knows, is named", arguments: relayed)
    func wrong(type: MessageType) throws {
        let catalogue = try #require(Self.catalogue)
        let staff = Self.identity(.staff)
        for field in type.fields {
            var offered = Self.offered(type, without: field.name, by: staff)
            let wrong: JSON = field.kind == .boolean ? "yes" : true
            offered.fields.append(JSON.Member(field.name, wrong))
            do throws(PublicationRefusal) {
                _ = try catalogue.judge(offered, as: type, by: staff, now: Self.now)
                Issue.record("\(field.name) is taken")
            } catch {
                #expect(error.code == .invalidField && error.field == field.name)
            }
        }
        var unknown = Self.offered(type, by: staff)
        unknown.fields.append(JSON.Member("nonsense", 1))
        do throws(PublicationRefusal) {
            _ = try catalogue.judge(unknown, as: type, by: staff, now: Self.now)
            Issue.record("nonsense is taken")
        } catch {
            #expect(error.code == .unknownField && error.field == "nonsense")
        }
    }

    @Test("W-16: nobody publishes in somebody else's name, of somebody else's order or cafe")
    func bound() throws {
        let catalogue = try #require(Self.catalogue)
        let eve = Identity(subject: "eve", role: .driver)
        let location = try #require(catalogue["driver_location"])
        #expect(throws: PublicationRefusal.self) {
            _ = try catalogue.judge(
                Self.offered(location, by: eve), as: location, by: eve, now: Self.now)
        }
        let chat = try #require(catalogue["chat_message"])
        let mallory = Identity(subject: "mallory", role: .customer)
        var effects = Effects()
        var bridge = Self.bridge(&effects)
        let sound = try catalogue.judge(
            Self.offered(chat, by: mallory), as: chat, by: mallory, now: Self.now)
        effects.removeAll()
        let fates = bridge.publish(
            [JudgedMessage(id: "m-1", .success(sound))], at: Self.now, effects: &effects)
        #expect(fates.first?.refusal?.code == .accessDenied)
        #expect(effects.publications.isEmpty && effects.records.isEmpty)
        let manager = Identity(subject: "m", role: .manager, site: "c-2")
        let metrics = try #require(catalogue["metrics_update"])
        #expect(throws: PublicationRefusal.self) {
            _ = try catalogue.judge(
                Self.offered(metrics, by: manager), as: metrics, by: manager, now: Self.now)
        }
    }

    @Test("W-15: a user tells of so many positions an hour, and no more")
    func allowance() throws {
        let catalogue = try #require(Self.catalogue)
        let type = try #require(catalogue["driver_location"])
        let dirk = Self.identity(.driver)
        var effects = Effects()
        var bridge = Self.bridge(&effects)
        func fate(_ number: Int, at now: Timestamp) throws -> String {
            var offered = Self.offered(type, by: dirk)
            offered.id = "m-\(number)"
            let sound = try catalogue.judge(offered, as: type, by: dirk, now: now)
            let message = JudgedMessage(id: offered.id, .success(sound))
            return bridge.publish([message], at: now, effects: &effects).first?.word ?? ""
        }
        var words: [String: Int] = [:]
        for number in 0..<1_010 {
            let now = Self.now.advanced(byMilliseconds: Int64(number) * 1_000)
            words[try fate(number, at: now), default: 0] += 1
        }
        #expect(words == ["accepted": 1_000, "rejected": 10])
        #expect(try fate(2_000, at: Self.now.advanced(byMilliseconds: 3_600_000)) == "accepted")
    }
}

/// One client of a fabric, that follows one channel.
private struct Listener: ~Copyable {
    private var fabric: Fabric
    private let connection = ConnectionNumber(1)
    private let now = Moment(wall: Timestamp(milliseconds: 1_795_176_000_000), uptime: 1_000)
    private(set) var isFollowing = false

    init(_ catalogue: MessageCatalogue, _ dialect: Dialect, following channel: Channel) {
        fabric = Fabric(
            epoch: "e", lastNumber: 0,
            positions: PositionCoding(
                append: { $1.append(contentsOf: "\($0.number)".utf8) }, number: { UInt64($0) }),
            fields: RecordFields { try? JSONText.parse($0) }, catalogue: catalogue, now: now)
        var order = Order(
            number: OrderNumber(1), id: "o-1", foodClass: .hot, createdAt: now.wall,
            updatedAt: now.wall)
        order.customer = "anna"
        order.driver = "dirk"
        fabric.restore([order])
        let staff = Identity(subject: "s", role: .staff)
        fabric.connect(connection, identity: staff, in: dialect, now: now)
        guard let place = fabric.connections.place(of: connection) else { return }
        isFollowing = fabric.follow(channel, place) == nil
        var effects = FabricEffects()
        fabric.takeEffects(into: &effects)
        var bytes: [UInt8] = []
        _ = fabric.fill(connection, into: &bytes, limit: 1 << 20)
    }

    /// The texts of what comes of an event.
    consuming func hear(_ told: PublishedEvent) -> [String] {
        fabric.publish([told], now: now)
        var bytes: [UInt8] = []
        while fabric.fill(connection, into: &bytes, limit: 1 << 20) == .more {}
        guard !bytes.isEmpty else { return [] }
        let text = String(decoding: bytes.map { $0 < 0x80 ? $0 : 0x20 }, as: UTF8.self)
        return [text]
    }
}
