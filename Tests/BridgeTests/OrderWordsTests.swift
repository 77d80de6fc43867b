import ColdChain
import Fabric
import Testing
import Wire

@testable import Bridge

/// What a platform says of an order beside its status (W-2).
struct OrderWordsTests {
    private static let type = MessageType(
        name: "order_status_update", summary: "", effect: .orderStatus,
        publishers: [.platform],
        fields: [
            MessageField("orderId", .identifier, isRequired: true),
            MessageField("status", .text(bytes: 32), isRequired: true),
            MessageField("siteId", .identifier, isAddress: true),
            MessageField("message", .text(bytes: 64)),
        ])

    /// An engine with the order o-1 and an endpoint that is told of preparation.
    private var engine: Engine {
        var engine = Engine(
            Engine.settings(
                endpoints: [EndpointSubscription(name: "e", events: ["order.preparing"])]))
        engine.makeOrder("o-1", in: nil)
        engine.effects = Effects()
        return engine
    }

    private func say(
        _ id: String, _ status: String, _ message: JSON?, to engine: inout Engine
    ) -> PublicationFate.Outcome? {
        var fields = [
            JSON.Member("orderId", "o-1"), JSON.Member("status", .string(status)),
            JSON.Member("siteId", "s-1"),
        ]
        if let message { fields.append(JSON.Member("message", message)) }
        let offered = OfferedMessage(id: id, occurredAt: nil, fields: fields)
        let result = Result { () throws(PublicationRefusal) in
            try MessageCatalogue.empty.judge(
                offered, as: Self.type, by: OfferRoom.platform, now: Engine.instant(100))
        }
        engine.effects = Effects()
        engine.ask(.publish([JudgedMessage(id: id, result)]), at: 100)
        guard case .success(.published(let fates))? = engine.effects.replies.last?.result else {
            return nil
        }
        return fates.first?.outcome
    }

    private func told(_ engine: Engine) -> [String] {
        engine.effects.publications.compactMap {
            $0.record.map { String(decoding: $0.data, as: UTF8.self) }
        }
    }

    @Test("the change has them, so have the history and the webhook; the log has the change alone")
    func change() throws {
        var engine = engine
        let outcome = say("m-1", "preparing", "Soon", to: &engine)
        let number = engine.effects.records.events.first?.number
        #expect(outcome == .accepted(number: number))
        let change = #""orderId":"o-1","status":"preparing","previousStatus":"created""#
        #expect(told(engine) == [#"{\#(change),"message":"Soon"}"#])
        #expect(
            engine.effects.records.history.map(\.record)
                == engine.effects.publications.map(\.record))
        let logged = engine.effects.records.events.map { String(decoding: $0.data, as: UTF8.self) }
        #expect(logged == [#"{"sequence":\#(try #require(number)),\#(change)}"#])
        let owed = engine.effects.records.deliveries.map {
            String(decoding: $0.body, as: UTF8.self)
        }
        #expect(owed.count == 1)
        #expect(owed.first?.contains(#"\#(change),"message":"Soon"}"#) == true)
    }

    @Test("where the status stays the words are told, once, and nothing has happened to the order")
    func noChange() {
        var engine = engine
        _ = say("m-1", "preparing", "Soon", to: &engine)
        let before = engine.bridge.book.ordersByNumber
        let outcome = say("m-2", "preparing", "Very soon", to: &engine)
        #expect(
            told(engine) == [
                #"{"orderId":"o-1","status":"preparing","previousStatus":"preparing","#
                    + #""message":"Very soon"}"#
            ])
        #expect(outcome == .accepted(number: engine.effects.publications.first?.record?.number))
        #expect(engine.effects.records.history.count == 1)
        #expect(engine.effects.records.events.isEmpty)
        #expect(engine.effects.records.deliveries.isEmpty)
        #expect(engine.bridge.book.ordersByNumber == before)
        let sequence = engine.effects.publications.first?.record?.positions.first?.sequence
        #expect(sequence == 3)
        // The same message again is the same message.
        guard case .repeated? = say("m-2", "preparing", "Very soon", to: &engine) else {
            Issue.record("it was taken twice")
            return
        }
        #expect(told(engine).isEmpty)
    }

    @Test("where the status stays and nothing is said, nothing is told")
    func silence() {
        var engine = engine
        #expect(say("m-1", "created", nil, to: &engine) == .accepted(number: nil))
        #expect(told(engine).isEmpty)
        #expect(engine.effects.records.history.isEmpty)
    }

    @Test("of an order that is over words are told, and no other status is taken")
    func final() {
        var engine = engine
        _ = say("m-1", "cancelled", "We are closed", to: &engine)
        #expect(told(engine).count == 1)
        _ = say("m-2", "cancelled", "You are paid back", to: &engine)
        #expect(told(engine).first?.contains("paid back") == true)
        guard case .refused(let refusal)? = say("m-3", "preparing", "Again", to: &engine) else {
            Issue.record("it was taken")
            return
        }
        #expect(refusal.code == .invalidOrderStatus)
        #expect(told(engine).isEmpty)
    }
}
