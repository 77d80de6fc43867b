import ColdChain
import Fabric
import Testing
import Wire

/// How events are said (T-5…T-7).
struct TableTapEventTests {
    private func order(_ status: OrderStatus) -> Order {
        Sample.order("O1", status, cafe: "c1")
    }

    /// A change, and what the customer is told.
    static let changes: [(from: OrderStatus?, to: OrderStatus, type: String, data: JSON)] = [
        (nil, .created, "order_created", ["orderId": "O1", "status": "pending"]),
        (nil, .preparing, "order_created", ["orderId": "O1", "status": "preparing"]),
        (
            .created, .confirmed, "order_status_changed",
            ["orderId": "O1", "previousStatus": "pending", "currentStatus": "confirmed"]
        ),
        (
            .ready, .inTransit, "order_status_changed",
            ["orderId": "O1", "previousStatus": "ready", "currentStatus": "in_transit"]
        ),
        (
            .ready, .ready, "order_status_changed",
            ["orderId": "O1", "previousStatus": "ready", "currentStatus": "ready"]
        ),
        (.preparing, .ready, "order_ready", ["orderId": "O1"]),
        (.inTransit, .delivered, "order_completed", ["orderId": "O1"]),
        (.confirmed, .cancelled, "order_cancelled", ["orderId": "O1"]),
    ]

    @Test(
        "T-6: an order's change is told in the seed's words, and nothing is made up",
        arguments: changes)
    func orderChanges(from: OrderStatus?, to: OrderStatus, type: String, data: JSON) throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        room.listen(client, to: "orders:customer:anna")
        room.publish(Sample.change(order(to), from: from))
        let message = try #require(room.messages(to: client).first)
        #expect(message["type"] == .string(type))
        #expect(message["data"] == data)
        #expect(message["channel"] == "orders:customer:anna")
        #expect(message["timestamp"] == .string(Room.startText))
        #expect(message["messageId"] == "e1-1")
        #expect(message["sequence"] == 1)
        #expect(message["version"] == "1.0")
    }

    @Test("T-6: a delivery says when it was handed over, where that is known")
    func completion() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        room.listen(client, to: "orders:customer:anna")
        var order = order(.delivered)
        order.deliveredAt = Sample.at.advanced(byMilliseconds: -5_000)
        room.publish(Sample.change(order, from: .inTransit))
        let message = try #require(room.messages(to: client).first)
        #expect(
            message["data"] == ["orderId": "O1", "completedAt": "2026-01-02T03:04:00.678Z"])
    }

    private func alerts(_ events: Event...) -> [JSON] {
        let room = Room()
        room.publish(Sample.change(order(.inTransit)))
        let client = room.sitDown(1, .manager, "m")
        room.listen(client, to: "cafe:c1:alerts")
        for event in events { room.publish(event) }
        return room.messages(to: client)
    }

    @Test("T-7: a temperature alert has its threshold, the value and what to do")
    func temperatureAlert() throws {
        let message = try #require(alerts(Sample.alert()).first)
        #expect(message["type"] == "alert")
        #expect(message["channel"] == "cafe:c1:alerts")
        let data = try #require(message["data"])
        #expect(data["severity"] == "critical")
        #expect(data["category"] == "temperature")
        #expect(data["threshold"] == 57)
        #expect(data["currentValue"] == 48.5)
        #expect(data["unit"] == "°C")
        #expect(
            data["message"]
                == "Bag B1, order O1: the air in the bag went beyond the critical limit (at least 57 °C). Last measured: 48.5 °C."
        )
        #expect(
            data["suggestedActions"]?.texts.contains("Measure the food's core temperature") == true)
        #expect(data["orderId"] == "O1" && data["bagId"] == "B1" && data["state"] == "opened")
        #expect(data["limit"]?["minimum"] == 57 && data["peak"] == 44.25)
    }

    @Test(
        "T-7: the end of an excursion does not make the food safe, and a correction takes it back")
    func otherStates() {
        let messages = alerts(
            Sample.alert(.closed), Sample.alert(.revised), Sample.alert(.corrected)
        ).compactMap { $0["data"]?["message"]?.string }
        #expect(messages.count == 3)
        #expect(messages[0].hasSuffix("That does not make the food safe."))
        #expect(messages[1].contains("late or corrected readings"))
        #expect(messages[2].contains("does not hold"))
    }

    @Test("T-7: a silence is not a breach: its own category, no threshold, the value unknown")
    func silences() throws {
        let messages = alerts(Sample.silence(), Sample.silence(isBack: true))
        #expect(messages.map { $0["type"] } == ["alert", "alert"])
        #expect(
            messages.map { $0["data"]?["category"]?.string } == [
                "sensor_silent", "sensor_returned",
            ])
        #expect(messages.map { $0["data"]?["severity"]?.string } == ["warning", "info"])
        #expect(messages.allSatisfy { $0["data"]?["threshold"] == nil })
        #expect(messages.allSatisfy { $0["data"]?["currentValue"] == .null })
        let words = try #require(messages.first?["data"]?["message"]?.string)
        #expect(words.contains("The temperature is not known"))
        #expect(!words.contains("beyond"))
    }

    @Test("T-7: readings lost while the food was outside are critical until they are found")
    func dataLoss() {
        func notice(_ state: DataLossNotice.State, until: Timestamp? = nil) -> Event {
            .dataLoss(
                DataLossNotice(
                    state: state, order: "O1", bag: "B1", device: "D1",
                    from: Sample.at.advanced(byMilliseconds: -60_000), until: until,
                    toldAt: Sample.at))
        }
        let data = alerts(
            notice(.lost), notice(.returned, until: Sample.at), notice(.recovered, until: Sample.at)
        ).compactMap { $0["data"] }
        #expect(data.map { $0["category"] } == ["data_loss", "data_loss", "data_loss"])
        #expect(data.map { $0["severity"] } == ["critical", "warning", "info"])
        #expect(data.allSatisfy { $0["currentValue"] == .null && $0["threshold"] == nil })
        #expect(data.first?["message"]?.string?.contains("is not known") == true)
    }

    @Test("T-11: sequence numbers of a channel are without a hole, whatever the type")
    func sequences() {
        let room = Room()
        room.publish(Sample.change(order(.inTransit)))
        let client = room.sitDown(1, .manager, "m")
        room.listen(client, to: "cafe:c1:alerts")
        room.publish(
            Sample.alert(), Sample.alert(order: "O9"), Sample.silence(),
            Sample.change(order(.delivered)), Sample.alert(.closed))
        #expect(room.messages(to: client).map { $0["sequence"] } == [1, 2, 3])
    }

    @Test("T-6: one who follows several of an event's channels gets it once")
    func once() {
        let room = Room()
        room.publish(Sample.change(order(.inTransit)))
        let client = room.sitDown(1, .administrator, "root")
        room.listen(client, to: "cafe:c1:alerts", "cafe:all:alerts", "cafe:trattoria:alerts")
        room.publish(Sample.alert(), Sample.alert(.closed))
        #expect(room.messages(to: client).map { $0["messageId"] } == ["e1-2", "e1-3"])
    }

    @Test("T-6: what only the platform knows is carried in its own words")
    func platformMessages() throws {
        let channels = [ChannelTemplate(.system, .fixed("maintenance"))]
        let catalogue = try MessageCatalogue([
            MessageType(
                name: "payment_processed", summary: "", publishers: [.platform],
                channels: channels, forms: [.tableTap: "payment_processed"]),
            MessageType(
                name: "chat_message", summary: "", publishers: [.platform], channels: channels,
                forms: [.booking: "chat_message"]),
        ])
        let room = Room(catalogue: catalogue)
        let client = room.sitDown(1, .customer, "anna")
        room.listen(client, to: "orders:customer:anna")
        let data = #"{"orderId":"O1","amount":15.5,"status":"success"}"#
        func record(_ type: String, _ number: UInt64) -> PublishedEvent {
            PublishedEvent(
                relayed: RecordText(
                    number: number, type: type, occurredAt: Sample.at, data: Array(data.utf8),
                    positions: [ChannelPosition(Channel(.customer, "anna"), sequence: number)]),
                isState: false)
        }
        room.fabric.publish(
            [record("payment_processed", 1), record("chat_message", 2)], now: room.now)
        let messages = room.messages(to: client)
        #expect(messages.map { $0["type"] } == ["payment_processed"])
        #expect(messages.first?["data"]?.text == data)
    }
}
