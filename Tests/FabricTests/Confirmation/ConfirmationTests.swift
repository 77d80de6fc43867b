import ColdChain
import Fabric
import Testing
import Wire

@Suite("Critical messages are confirmed, or told again and then reported")
struct ConfirmationTests {
    @Test(
        "T-11: what is never confirmed comes again with the same identifier, and is then reported")
    func neverConfirmed() throws {
        let place = try ConfirmingRoom()
        let client = place.customer(1)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: client) == ["e1-1"])
        // After 5, 10 and 20 seconds more; ticks may be late by one.
        #expect(place.payments(to: client, over: 90) == ["6 e1-1", "17 e1-1", "38 e1-1"])
        #expect(
            place.room.unconfirmed == [
                UnconfirmedDelivery(
                    number: 1, messageID: "e1-1", type: "payment_processed", recipient: "anna",
                    told: 4)
            ])
        #expect(place.room.fabric.statistics.unconfirmed == 1)
        #expect(place.room.fabric.statistics.repeats == 3)
    }

    @Test("T-11: what is confirmed does not come again, and how long it took is counted")
    func confirmed() throws {
        let place = try ConfirmingRoom()
        let client = place.customer(1)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: client) == ["e1-1"])
        #expect(place.payments(to: client, over: 7).count == 1)
        place.confirm("e1-1", on: client)
        #expect(place.payments(to: client, over: 300).isEmpty)
        #expect(place.room.unconfirmed.isEmpty)
        let times = place.room.fabric.statistics.confirmations
        #expect(times.count == 1)
        #expect(times.totalMilliseconds == 7_000)
    }

    @Test("T-2, T-11: a confirmation that was owed does not count against the client's rate")
    func rate() throws {
        let place = try ConfirmingRoom()
        let client = place.customer(1)
        // Twice as many as may come in a minute.
        for number in 1...200 {
            place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
            #expect(place.payments(to: client) == ["e1-\(number)"])
            place.confirm("e1-\(number)", on: client)
        }
        #expect(place.room.messages(to: client).isEmpty)
        #expect(place.room.fabric.statistics.refusedClientMessages == 0)
        // What was not owed any more counts.
        for _ in 1...100 { place.confirm("e1-1", on: client) }
        #expect(place.room.fabric.statistics.refusedClientMessages == 1)
        #expect(place.room.messages(to: client).count == 1)
    }

    @Test(
        "A client that never heard of confirmations, and whose dialect asks for none, is left alone"
    )
    func observers() throws {
        let place = try ConfirmingRoom()
        let staff = place.room.connect(1, .staff, in: .tableTap)
        place.room.say(
            ["type": "subscribe", "data": ["channels": ["orders:customer:anna"]]], on: staff)
        let plain = place.room.connect(2, .customer, "anna")
        place.room.follow(plain, ConfirmingRoom.payment)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: staff).count == 1)
        #expect(place.payments(to: plain).count == 1)
        for client in [staff, plain] {
            #expect(place.payments(to: client, over: 100).isEmpty)
        }
        #expect(place.room.unconfirmed.isEmpty)
    }

    @Test("Whoever says that it confirms owes that for every critical message, and for no other")
    func declared() throws {
        let place = try ConfirmingRoom()
        let client = place.room.connect(2, .customer, "anna")
        place.room.say(
            [
                "type": "subscribe", "id": "s1",
                "payload": ["channel": "customers.anna", "confirm": true],
            ], on: client)
        place.room.relay("notice", "{}", to: ConfirmingRoom.payment)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: client) == ["e1-2"])
        #expect(place.payments(to: client, over: 8) == ["6 e1-2"])
        place.room.say(
            ["type": "ack", "id": "a1", "payload": ["messageId": ["e1-1", "e1-2"]]], on: client)
        #expect(place.room.messages(to: client).isEmpty)
        #expect(place.payments(to: client, over: 100).isEmpty)
        #expect(place.room.unconfirmed.isEmpty)
    }

    @Test(
        "A confirmation that names nothing is refused",
        arguments: [
            JSON.null, .string(""), .array([]), .array([.string("e1-1"), .integer(2)]), .integer(7),
        ])
    func malformed(messageID: JSON) throws {
        let place = try ConfirmingRoom()
        let client = place.customer(1)
        _ = place.room.texts(to: client)
        place.room.say(
            ["type": "message_acknowledged", "data": ["messageId": messageID]], on: client)
        let answers = place.room.messages(to: client)
        #expect(answers.map { $0["data"]?["code"]?.string } == ["INVALID_MESSAGE"])
    }

    @Test("A client that comes back is told once by what it missed, and not at the same time again")
    func resumed() throws {
        let place = try ConfirmingRoom()
        let first = place.customer(1)
        place.room.relay("notice", "{}", to: ConfirmingRoom.payment)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: first) == ["e1-2"])
        place.room.fabric.disconnect(first)
        place.room.wait(4_500)
        let second = place.customer(2, after: "e1-1")
        #expect(place.payments(to: second) == ["e1-2"])
        // The wait begins anew, and is the second one.
        #expect(place.payments(to: second, over: 9).isEmpty)
        #expect(place.payments(to: second, over: 3).count == 1)
        place.confirm("e1-2", on: second)
        #expect(place.payments(to: second, over: 200).isEmpty)
    }

    @Test(
        "Who was away and comes back without asking is told what is still owed; who stays away, reported"
    )
    func away() throws {
        let place = try ConfirmingRoom()
        let first = place.customer(1)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: first) == ["e1-1"])
        place.room.fabric.disconnect(first)
        for _ in 0..<10 { place.room.wait(1_000) }
        let second = place.customer(2)
        #expect(place.payments(to: second, over: 10) == ["7 e1-1"])
        place.room.fabric.disconnect(second)
        for _ in 0..<100 { place.room.wait(1_000) }
        place.room.takeEffects()
        #expect(place.room.unconfirmed.map(\.messageID) == ["e1-1"])
    }

    @Test("One of a user's devices confirms for all of them, and nobody confirms for another user")
    func devices() throws {
        let place = try ConfirmingRoom()
        let phone = place.customer(1)
        let tablet = place.customer(2)
        let other = place.customer(3, "berta")
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        #expect(place.payments(to: phone) == ["e1-1"])
        #expect(place.payments(to: tablet) == ["e1-1"])
        place.confirm("e1-1", on: other)
        #expect(place.payments(to: phone, over: 7).count == 1)
        #expect(place.payments(to: tablet).count == 1)
        place.confirm("e1-1", on: tablet)
        #expect(place.payments(to: phone, over: 100).isEmpty)
        #expect(place.room.unconfirmed.isEmpty)
    }

    @Test("A repetition comes behind everything that waits, so that nothing overtakes it")
    func order() throws {
        let place = try ConfirmingRoom()
        let client = place.customer(1)
        place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment)
        _ = place.room.texts(to: client)
        for _ in 0..<20 {
            place.room.relay("notice", "{}", to: ConfirmingRoom.payment)
            place.room.wait(1_000)
        }
        // The reader took nothing meanwhile: what it had not got yet is not overtaken.
        let numbers = place.room.messages(to: client).compactMap { $0["sequence"]?.integer }
        #expect(numbers == Array(2...21))
    }

    @Test("What one user owes is bounded: the oldest is reported")
    func bounded() throws {
        let place = try ConfirmingRoom {
            $0.perUser = 3
            $0.maximum = 4
        }
        let anna = place.customer(1)
        for _ in 0..<5 { place.room.relay("payment_processed", "{}", to: ConfirmingRoom.payment) }
        #expect(place.payments(to: anna).count == 5)
        place.room.wait(1_000)
        place.room.takeEffects()
        #expect(place.room.unconfirmed.map(\.number) == [1, 2])
        #expect(place.room.unconfirmed.map(\.told) == [1, 1])
    }

    @Test("S-5: an offer asks a restaurant to call back; the callback confirms, and may accept")
    func callbacks() throws {
        let place = try ConfirmingRoom()
        let client = try place.merchant(1 << 63)
        _ = place.room.texts(to: client)
        place.room.relay(
            "merchant:new_order", #"{"orderId":"ORD-1","offerId":"offer-1"}"#,
            to: ConfirmingRoom.shop)
        let asked = try #require(place.callbacks(to: client).first ?? nil)
        // Told again under the same number.
        for _ in 0..<7 { place.room.wait(1_000) }
        #expect(place.callbacks(to: client) == [asked])
        place.room.fabric.receive(callback: asked, [], on: client, now: place.room.now)
        place.room.takeEffects()
        #expect(place.room.submissions.isEmpty)
        for _ in 0..<100 { place.room.wait(1_000) }
        #expect(place.callbacks(to: client).isEmpty)
        #expect(place.room.unconfirmed.isEmpty)
        // From another device, and later: what was confirmed can still be accepted for a while.
        let late = try ConfirmingRoom()
        let phone = try late.merchant(1 << 63)
        late.room.relay(
            "merchant:new_order", #"{"orderId":"ORD-1","offerId":"offer-1"}"#,
            to: ConfirmingRoom.shop)
        let number = try #require(late.callbacks(to: phone).first ?? nil)
        late.room.fabric.receive(callback: number, [], on: phone, now: late.room.now)
        for _ in 0..<30 { late.room.wait(1_000) }
        late.room.fabric.receive(
            callback: number, [["accepted": true]], on: phone, now: late.room.now)
        late.room.takeEffects()
        let publication = try late.room.submissions.first?.messages.first?.result.get()
        #expect(publication?.type.name == "merchant:accept_order")
        #expect(publication?["offerId"] == "offer-1")
        #expect(publication?.publisher.subject == "owner")
    }

    @Test("A callback under a number that was never asked for changes nothing")
    func strangeCallback() throws {
        let place = try ConfirmingRoom()
        let client = try place.merchant(1 << 63)
        for number: UInt64 in [0, 1, 1 << 52, 1 << 53] {
            place.room.fabric.receive(
                callback: number, [["accepted": true]], on: client, now: place.room.now)
        }
        place.room.takeEffects()
        #expect(place.room.submissions.isEmpty)
        #expect(place.room.fabric.statistics.confirmations.count == 0)
    }

    @Test("Staff who look into a restaurant's room owe no confirmation")
    func staffInRoom() throws {
        let place = try ConfirmingRoom()
        let staff = try place.merchant(1 << 63, .staff)
        place.room.relay(
            "merchant:new_order", #"{"orderId":"ORD-1","offerId":"offer-1"}"#,
            to: ConfirmingRoom.shop)
        #expect(place.callbacks(to: staff).count == 1)
        for _ in 0..<100 { place.room.wait(1_000) }
        #expect(place.callbacks(to: staff).isEmpty)
        #expect(place.room.unconfirmed.isEmpty)
    }
}
