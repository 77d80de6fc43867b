import ColdChain
import Fabric
import Testing
import Wire

@testable import Bridge

/// An engine that offers are made to, with what it takes to read what it tells.
struct OfferRoom {
    var engine: Engine
    private var messages = 0

    static let platform = Identity(subject: "platform", role: .staff)

    static let orderOffer = MessageType(
        name: "merchant:new_order", summary: "", effect: .orderOffer, isCritical: true,
        publishers: [.platform],
        fields: [
            MessageField("merchantId", .identifier, isRequired: true, isAddress: true),
            MessageField("orderId", .identifier, isRequired: true),
            MessageField("timer", .integer(1...3600)),
            MessageField("offerId", .identifier), MessageField("expiresAt", .instant),
        ],
        channels: [ChannelTemplate(.merchant, .field("merchantId"))])

    static let deliveryOffer = MessageType(
        name: "delivery:new_request", summary: "", effect: .deliveryOffer, isCritical: true,
        publishers: [.platform],
        fields: [
            MessageField("driverId", .identifier, isAddress: true),
            MessageField("orderId", .identifier, isRequired: true),
            MessageField("pickup", .object(bytes: 512), isRequired: true),
            MessageField("timer", .integer(1...3600)),
            MessageField("radius", .number(1...100_000), isAddress: true),
            MessageField("assignDriver", .boolean, isAddress: true),
            MessageField("offerId", .identifier), MessageField("expiresAt", .instant),
        ],
        channels: [
            ChannelTemplate(.driver, .field("driverId")),
            ChannelTemplate(.user, .field("driverId")),
        ])

    static let driverLocation = MessageType(
        name: "driver_location", summary: "", messageClass: .state, effect: .position,
        publishers: [PublicationTerms([.driver], own: "driverId")],
        fields: [
            MessageField("driverId", .identifier, isRequired: true),
            MessageField("latitude", .number(-90...90), isRequired: true),
            MessageField("longitude", .number(-180...180), isRequired: true),
        ])

    static let driverStatus = MessageType(
        name: "driver_status_changed", summary: "",
        publishers: [PublicationTerms([.driver], own: "driverId")],
        fields: [
            MessageField("driverId", .identifier, isRequired: true),
            MessageField("status", .text(bytes: 32), isRequired: true),
        ],
        channels: [ChannelTemplate(.driver, .field("driverId"))])

    static func accepting(_ effect: MessageType.Effect, _ role: Role) -> MessageType {
        MessageType(
            name: effect.rawValue, summary: "", effect: effect,
            publishers: [PublicationTerms([role])],
            fields: [MessageField("offerId", .identifier), MessageField("orderId", .identifier)])
    }

    /// How a message is judged lies in its type.
    private static let catalogue = MessageCatalogue.empty

    init(restored: RestoredState = RestoredState()) {
        var settings = Engine.settings(
            endpoints: [
                EndpointSubscription(
                    name: "ops", events: ["offer.accepted", "offer.expired", "offer.declined"])
            ])
        settings.profiles.append(.client)
        engine = Engine(settings, restored: restored)
    }

    static func driver(_ name: String) -> Identity { Identity(subject: name, role: .driver) }

    static func merchant(_ site: String) -> Identity {
        Identity(subject: "owner-of-\(site)", role: .merchant, site: site)
    }

    /// - Returns: What became of it.
    mutating func publish(
        _ type: MessageType, _ fields: [JSON.Member], by identity: Identity = OfferRoom.platform,
        at seconds: Int64
    ) -> PublicationFate.Outcome {
        messages += 1
        let now = Engine.instant(seconds)
        let result: Result<Publication, PublicationRefusal>
        do throws(PublicationRefusal) {
            result = .success(
                try Self.catalogue.judge(
                    OfferedMessage(id: "m\(messages)", occurredAt: nil, fields: fields), as: type,
                    by: identity, now: now))
        } catch {
            result = .failure(error)
        }
        let message = JudgedMessage(id: "m\(messages)", result)
        engine.effects.removeAll()
        let token = CommandToken(1)
        engine.bridge.perform(.publish([message]), token: token, at: now, effects: &engine.effects)
        guard case .success(.published(let fates))? = engine.effects.replies.last?.result,
            let fate = fates.first
        else {
            Issue.record("no answer")
            return .repeated(number: nil)
        }
        return fate.outcome
    }

    mutating func place(_ driver: String, _ latitude: Double, _ longitude: Double, at: Int64) {
        let outcome = publish(
            Self.driverLocation,
            [
                JSON.Member("latitude", .number(latitude)),
                JSON.Member("longitude", .number(longitude)),
            ],
            by: Self.driver(driver), at: at)
        #expect(outcome == .accepted(number: nil))
    }

    mutating func answer(
        _ reference: OfferAnswer.Reference, accepts: Bool = true, by identity: Identity,
        at seconds: Int64
    ) -> Result<CommandAnswer, CommandRefusal>? {
        engine.effects.removeAll()
        engine.bridge.perform(
            .answerOffer(OfferAnswer(reference, accepts: accepts, by: identity)),
            token: CommandToken(2), at: Engine.instant(seconds), effects: &engine.effects)
        return engine.effects.replies.last?.result
    }

    mutating func wake(at seconds: Int64) {
        engine.effects.removeAll()
        _ = engine.bridge.wake(at: Engine.instant(seconds), effects: &engine.effects)
    }

    /// What was told since the last step: the type and the channels of each.
    var told: [String] {
        engine.effects.records.history.map { entry in
            let channels = entry.record.positions.map(\.channel.name).sorted()
            return "\(entry.record.type) > \(channels.joined(separator: " "))"
        }
    }

    /// The state of the offer as it was stored last in this step.
    var stored: Offer? { engine.effects.records.offers.last }
}

extension Result where Success == CommandAnswer, Failure == CommandRefusal {
    fileprivate var taker: String? {
        guard case .success(.offer(let offer)) = self else { return nil }
        return offer.taker
    }

    fileprivate var refusal: OfferRefusal? {
        guard case .failure(.offer(let refusal)) = self else { return nil }
        return refusal
    }
}

private let pickup: JSON = ["lat": .number(52.52), "lng": .number(13.405)]

private func request(_ more: JSON.Member...) -> [JSON.Member] {
    [JSON.Member("orderId", "ORD-1"), JSON.Member("pickup", pickup)] + more
}

@Suite("Offers: the first acceptance wins, and time ends them")
struct OfferTests {
    @Test(
        "A restaurant has as long as the message says, takes the order once, and is told so (S-5)")
    func restaurant() throws {
        var room = OfferRoom()
        let fields: [JSON.Member] = [
            JSON.Member("merchantId", "REST-1"), JSON.Member("orderId", "ORD-1"),
            JSON.Member("timer", .integer(60)),
        ]
        let outcome = room.publish(OfferRoom.orderOffer, fields, at: 0)
        #expect(outcome == .accepted(number: 1))
        #expect(room.told == ["merchant:new_order > merchants.REST-1"])
        let offer = try #require(room.stored)
        #expect(offer.deadline == Engine.instant(60))
        let said = try #require(room.engine.effects.records.history.first).record.data
        let text = String(decoding: said, as: UTF8.self)
        #expect(text.contains(#""offerId":"\#(offer.id)""#))
        #expect(text.contains(#""expiresAt":"#))
        #expect(!text.contains("merchantId"))

        let stranger = room.answer(.id(offer.id), by: OfferRoom.merchant("REST-2"), at: 10)
        #expect(stranger?.refusal == .unknown)
        let mine = room.answer(.order("ORD-1"), by: OfferRoom.merchant("REST-1"), at: 59)
        #expect(mine?.taker == "REST-1")
        #expect(room.told == ["offer_accepted > merchants.REST-1 users.platform"])
        #expect(room.engine.effects.records.deliveries.count == 1)
        let again = room.answer(.id(offer.id), by: OfferRoom.merchant("REST-1"), at: 100)
        #expect(again?.taker == "REST-1")
        #expect(room.told.isEmpty)
        room.wake(at: 200)
        #expect(room.told.isEmpty)
    }

    @Test(
        "What nobody takes is over at its deadline: who was asked, the publisher and staff are told"
    )
    func expiry() throws {
        var room = OfferRoom()
        for (driver, at) in [("near", Int64(0)), ("by", 1)] {
            room.place(driver, 52.521, 13.405, at: at)
        }
        _ = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("timer", .integer(30))), at: 5)
        let offer = try #require(room.stored)
        #expect(room.engine.bridge.nextTimer == Engine.instant(35))
        room.wake(at: 34)
        #expect(room.told.isEmpty)
        room.wake(at: 35)
        #expect(
            room.told == [
                "offer_expired > alerts.all users.platform",
                "offer_expired > drivers.by users.by",
                "offer_expired > drivers.near users.near",
            ])
        #expect(room.stored?.state == .expired)
        #expect(room.engine.effects.records.deliveries.count == 1)
        let late = room.answer(.id(offer.id), by: OfferRoom.driver("near"), at: 36)
        #expect(late?.refusal == .expired)
    }

    @Test("An answer at the deadline comes too late, also where time was not looked at before")
    func lateAnswer() throws {
        var room = OfferRoom()
        _ = room.publish(
            OfferRoom.deliveryOffer,
            request(JSON.Member("driverId", "D1"), JSON.Member("timer", .integer(30))), at: 0)
        let offer = try #require(room.stored)
        #expect(room.answer(.id(offer.id), by: OfferRoom.driver("D1"), at: 30)?.refusal == .expired)
        #expect(room.told.first == "offer_expired > alerts.all users.platform")
    }

    @Test(
        "Only drivers who are known to be inside the circle, lately and available, are asked (S-5)")
    func geofence() throws {
        var room = OfferRoom()
        room.place("stale", 52.52, 13.405, at: 0)
        room.place("near", 52.525, 13.405, at: 400)
        room.place("nearest", 52.5201, 13.405, at: 400)
        room.place("far", 52.60, 13.405, at: 400)
        room.place("resting", 52.52, 13.405, at: 400)
        let resting = room.publish(
            OfferRoom.driverStatus, [JSON.Member("status", "on_break")],
            by: OfferRoom.driver("resting"), at: 401)
        #expect(resting == .accepted(number: 1))
        // Known by name, nowhere by place.
        _ = room.publish(
            OfferRoom.driverStatus, [JSON.Member("status", "available")],
            by: OfferRoom.driver("unknown"), at: 401)
        _ = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("radius", .number(2_000))), at: 410)
        #expect(room.stored?.addressees == ["nearest", "near"])
        #expect(
            room.told == [
                "delivery:new_request > drivers.nearest users.nearest",
                "delivery:new_request > drivers.near users.near",
            ])
        let narrow = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("radius", .number(5))), at: 411)
        guard case .refused(let refusal) = narrow else {
            Issue.record("nobody is so near, and it was offered: \(narrow)")
            return
        }
        #expect(refusal.code == .noDriverNear)
        #expect(room.told.isEmpty)
    }

    @Test("A driver of a tracked vehicle is where the vehicle is; an earlier place changes nothing")
    func places() {
        var places = DriverPlaces()
        let here = Coordinate(latitude: 52.52, longitude: 13.405)
        let away = Coordinate(latitude: 48.1, longitude: 11.5)
        let at = { Engine.instant($0) }
        places.note(here, of: "D", measuredAt: at(100), at: at(100), limit: 10)
        places.note(away, of: "D", measuredAt: at(90), at: at(101), limit: 10)
        #expect(places.drivers(within: 10, of: here, since: at(50), limit: 5) == ["D"])
        #expect(places.drivers(within: 10, of: here, since: at(101), limit: 5).isEmpty)
        for number in 0..<20 {
            places.note(
                here, of: "D\(number)", measuredAt: at(200), at: at(200), limit: 10)
        }
        #expect(places.count <= 10)
    }

    @Test("Who loses is told that it is taken, and gets the same answer whenever they try")
    func losers() throws {
        var room = OfferRoom()
        for driver in ["a", "b", "c"] { room.place(driver, 52.5201, 13.405, at: 0) }
        _ = room.publish(OfferRoom.deliveryOffer, request(), at: 1)
        let offer = try #require(room.stored)
        #expect(
            room.answer(.id(offer.id), accepts: false, by: OfferRoom.driver("c"), at: 2)?.refusal
                == nil)
        #expect(room.told == ["offer_declined > users.platform"])
        #expect(room.answer(.id(offer.id), by: OfferRoom.driver("c"), at: 2)?.refusal == .declined)
        #expect(room.answer(.id(offer.id), by: OfferRoom.driver("b"), at: 3)?.taker == "b")
        #expect(
            room.told == [
                "offer_accepted > drivers.b users.b users.platform",
                "delivery:request_taken > drivers.a users.a",
            ])
        let news = try #require(room.engine.effects.records.history.last).record.data
        #expect(!String(decoding: news, as: UTF8.self).contains(#""b""#))
        #expect(room.answer(.id(offer.id), by: OfferRoom.driver("a"), at: 4)?.refusal == .taken)
        #expect(
            room.answer(.id(offer.id), accepts: false, by: OfferRoom.driver("b"), at: 5)?.refusal
                == .acceptedBefore)
    }

    @Test("An offer that everybody declined is over before its time")
    func allDecline() throws {
        var room = OfferRoom()
        _ = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("driverId", "D1")), at: 0)
        let offer = try #require(room.stored)
        _ = room.answer(.id(offer.id), accepts: false, by: OfferRoom.driver("D1"), at: 1)
        #expect(room.stored?.state == .declined)
        room.wake(at: 3_000)
        #expect(room.told.isEmpty)
    }

    @Test("Two offers of one order cannot both be taken; after the first, it can be offered anew")
    func sameOrder() throws {
        var room = OfferRoom()
        for driver in ["D1", "D2"] {
            _ = room.publish(
                OfferRoom.deliveryOffer, request(JSON.Member("driverId", .string(driver))), at: 0)
        }
        #expect(room.answer(.order("ORD-1"), by: OfferRoom.driver("D1"), at: 1)?.taker == "D1")
        #expect(room.told.contains("delivery:request_taken > drivers.D2 users.D2"))
        #expect(room.answer(.order("ORD-1"), by: OfferRoom.driver("D2"), at: 2)?.refusal == .taken)
        _ = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("driverId", "D2")), at: 10)
        #expect(room.answer(.order("ORD-1"), by: OfferRoom.driver("D2"), at: 11)?.taker == "D2")
    }

    @Test("The order gets the driver only where the request asks for it", arguments: [true, false])
    func assigning(asked: Bool) throws {
        var room = OfferRoom()
        var fields = OrderFields()
        fields.id = "ORD-1"
        fields.foodClass = .hot
        room.engine.bridge.perform(
            .createOrder(fields), token: nil, at: Engine.instant(0), effects: &room.engine.effects)
        _ = room.publish(
            OfferRoom.deliveryOffer,
            request(JSON.Member("driverId", "D1"), JSON.Member("assignDriver", .bool(asked))), at: 1
        )
        #expect(room.answer(.order("ORD-1"), by: OfferRoom.driver("D1"), at: 2)?.taker == "D1")
        let orders = room.engine.effects.records.orders
        #expect(orders.map(\.driver) == (asked ? ["D1"] : []))
        #expect(room.told.contains { $0.hasPrefix("order_update") } == asked)
    }

    @Test("A client's message takes an offer as the REST API does, bound to its token")
    func messages() throws {
        var room = OfferRoom()
        _ = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("driverId", "D1")), at: 0)
        let accept = OfferRoom.accepting(.acceptOffer, .driver)
        let order = [JSON.Member("orderId", "ORD-1")]
        let other = room.publish(accept, order, by: OfferRoom.driver("D2"), at: 1)
        guard case .refused(let refusal) = other else {
            Issue.record("somebody else took it: \(other)")
            return
        }
        #expect(refusal.code == .unknownOffer)
        let mine = room.publish(accept, order, by: OfferRoom.driver("D1"), at: 1)
        #expect(mine == .accepted(number: 2))
        #expect(room.stored?.taker == "D1")
    }

    @Test("Offers that are over make room for new ones; where all are open, none is taken")
    func room() throws {
        var room = OfferRoom()
        var settings = room.engine.bridge.settings
        settings.offers.offersMaximum = 4
        room.engine.bridge.reload(settings, effects: &room.engine.effects)
        for number in 0..<4 {
            let outcome = room.publish(
                OfferRoom.deliveryOffer,
                [
                    JSON.Member("driverId", "D1"), JSON.Member("orderId", .string("O\(number)")),
                    JSON.Member("pickup", [:]), JSON.Member("timer", .integer(10)),
                ], at: 0)
            #expect(outcome == .accepted(number: UInt64(number + 1)))
        }
        let full = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("driverId", "D1")), at: 1)
        guard case .refused(let refusal) = full else {
            Issue.record("a fifth is open: \(full)")
            return
        }
        #expect(refusal.code == .overloaded)
        room.wake(at: 10)
        let after = room.publish(
            OfferRoom.deliveryOffer, request(JSON.Member("driverId", "D1")), at: 11)
        guard case .accepted = after else {
            Issue.record("there is room, and it was refused: \(after)")
            return
        }
    }

    @Test("K-8: what was never confirmed is told to staff and owed to webhooks that ask for it")
    func unconfirmed() throws {
        var room = OfferRoom()
        var settings = room.engine.bridge.settings
        settings.endpoints = [EndpointSubscription(name: "push", events: ["delivery.unconfirmed"])]
        room.engine.bridge.reload(settings, effects: &room.engine.effects)
        room.engine.effects.removeAll()
        let delivery = UnconfirmedDelivery(
            number: 7, messageID: "e-7", type: "payment_processed", recipient: "anna", told: 4)
        room.engine.bridge.perform(
            .report([delivery]), token: nil, at: Engine.instant(1), effects: &room.engine.effects)
        #expect(room.told == ["delivery_unconfirmed > alerts.all"])
        let body = try #require(room.engine.effects.records.deliveries.first).body
        let text = String(decoding: body, as: UTF8.self)
        #expect(text.contains(#""event":"delivery.unconfirmed""#))
        #expect(
            text.contains(
                #"{"messageId":"e-7","type":"payment_processed","recipient":"anna","told":4}"#))
    }
}
