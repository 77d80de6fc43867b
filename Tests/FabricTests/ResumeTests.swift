import ColdChain
import Fabric
import Testing
import Wire

/// What a client gets that comes back (W-5, T-11).
struct ResumeTests {
    private static let order = Channel(.order, "O1")

    private func room(_ limits: FabricLimits = FabricLimits()) -> Room {
        let room = Room(limits)
        room.publish(Sample.change(Sample.order("O1")), Sample.change(Sample.order("O2")))
        return room
    }

    /// Records are in memory for a minute.
    private static var shortMemory: FabricLimits {
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        return limits
    }

    /// A client that follows the order, and the identifier of the alert that it got.
    private func followUntilAlert(in room: Room) -> (client: ConnectionNumber, last: JSON) {
        let client = room.connect(1)
        room.follow(client, Self.order)
        room.publish(Sample.alert())
        return (client, lastID(of: client, in: room))
    }

    private func reconnect(after id: JSON, _ channels: [Channel] = [order]) -> JSON {
        [
            "type": "reconnect", "id": "r9",
            "payload": [
                "lastMessageId": id, "subscriptions": .array(channels.map { .string($0.name) }),
            ],
        ]
    }

    /// The identifier of the last message a client got before it was gone.
    private func lastID(of client: ConnectionNumber, in room: Room) -> JSON {
        room.messages(to: client).last?["id"] ?? .null
    }

    @Test("W-5: what was missed comes after the answer, in order, once, and then what is new")
    func missed() {
        let room = room()
        let (client, last) = followUntilAlert(in: room)
        room.fabric.disconnect(client)
        room.publish(
            Sample.alert(.closed), Sample.alert(.revised, order: "O2"),
            Sample.change(Sample.order("O1", .delivered), from: .inTransit))
        let again = room.connect(2)
        room.say(reconnect(after: last), on: again)
        room.publish(Sample.alert(.corrected))
        #expect(
            room.summary(to: again) == [
                "reconnect_ack recovered", "temperature_alert B1 48.5 closed",
                "order_update DELIVERED", "temperature_alert B1 48.5 corrected",
            ])
        room.publish(Sample.alert(.revised))
        #expect(room.summary(to: again) == ["temperature_alert B1 48.5 revised"])
    }

    @Test("W-5: whoever resumes after a state that waited behind a record is not told that again")
    func resumingAfterState() {
        let room = room()
        let client = room.connect(1)
        room.follow(client, Self.order)
        room.publish(Sample.temperature(60), Sample.alert())
        #expect(
            room.summary(to: client) == [
                "temperature_alert B1 48.5 opened", "temperature_update B1 60",
            ])
        room.publish(Sample.temperature(61), Sample.alert(.closed))
        let last = lastID(of: client, in: room)
        let again = room.connect(2)
        room.say(reconnect(after: last), on: again)
        #expect(
            room.summary(to: again) == ["reconnect_ack recovered", "temperature_update B1 61"])
    }

    @Test("W-5: a record is told again in the words it was told in", arguments: [1, 100, 1 << 20])
    func sameWords(limit: Int) {
        let room = room()
        let client = room.connect(1)
        room.follow(client, Self.order)
        let first = room.connect(2)
        room.follow(first, Self.order)
        room.publish(Sample.silence())
        let position = lastID(of: first, in: room)
        room.publish(
            Sample.alert(), Sample.change(Sample.order("O1", .delivered), from: .inTransit),
            Sample.silence(isBack: true))
        let live = Array(room.texts(to: client).dropFirst())
        let again = room.connect(3)
        room.say(reconnect(after: position), on: again)
        #expect(Array(room.texts(to: again, limit: limit).dropFirst()) == live)
    }

    @Test("W-5: where the history does not reach back it is said, with the last known states")
    func lost() {
        let room = Room(Self.shortMemory, journalFloor: 5)
        room.publish(Sample.change(Sample.order("O1")), Sample.change(Sample.order("O2")))
        let last = followUntilAlert(in: room).last
        room.publish(Sample.alert(.closed), Sample.temperature(60))
        room.wait(60_001)
        let again = room.connect(2)
        for id in [last, "e2-3", "e1-999", "nonsense", "e1-", ""] {
            room.say(reconnect(after: id), on: again)
            let summary = room.summary(to: again)
            #expect(summary.first == "reconnect_ack reset", "\(id)")
            #expect(summary.contains("temperature_update B1 60") || id != last)
        }
        #expect(room.fabric.statistics.lostHistories == 6)
    }

    @Test("W-5: what memory does not reach back to is asked of the journal, page by page")
    func journal() {
        var limits = Self.shortMemory
        limits.historyPage = 2
        let room = room(limits)
        let (client, last) = followUntilAlert(in: room)
        room.publish(Sample.alert(.closed), Sample.alert(.opened), Sample.alert(.corrected))
        let told = room.texts(to: client)
        room.wait(60_001)
        let again = room.connect(2)
        room.say(reconnect(after: last), on: again)
        room.publish(Sample.alert(.revised), Sample.temperature(61))
        #expect(room.summary(to: again) == ["reconnect_ack recovered"])
        var texts: [String] = []
        for _ in 0..<2 {
            guard let read = room.takeHistoryReads().first else { break }
            #expect(read.connection == again)
            room.answer(read)
            texts += room.texts(to: again)
        }
        #expect(Array(texts.prefix(3)) == told)
        #expect(texts.count == 5)
        #expect(texts.last?.contains("temperature_update") == true)
    }

    @Test("W-5: who waits for a page that is gone is closed, and told so when it comes again")
    func pageIsGone() {
        let room = room(Self.shortMemory)
        let last = followUntilAlert(in: room).last
        room.publish(Sample.alert(.closed))
        room.wait(60_001)
        room.say(reconnect(after: last), on: room.connect(2))
        _ = room.texts(to: ConnectionNumber(2))
        for read in room.takeHistoryReads() {
            room.fabric.take(HistoryPage(read: read, records: [], end: 4, floor: 4))
        }
        #expect(room.codes(of: ConnectionNumber(2)) == [.historyLost])
        let again = room.connect(3)
        room.say(reconnect(after: last), on: again)
        #expect(room.summary(to: again).first == "reconnect_ack reset")
    }

    @Test("W-5: a channel that is followed while the journal is asked misses nothing from then on")
    func followedMeanwhile() {
        let room = room(Self.shortMemory)
        let last = followUntilAlert(in: room).last
        room.publish(Sample.alert(.closed))
        room.wait(60_001)
        let again = room.connect(2)
        room.say(reconnect(after: last), on: again)
        #expect(room.summary(to: again) == ["reconnect_ack recovered"])
        let reads = room.takeHistoryReads()
        room.subscribe(again, Channel(.order, "O2"))
        room.publish(Sample.alert(.revised, order: "O2", bag: "B2"))
        room.wait(60_001)
        room.answersHistoryReads = true
        for read in reads { room.answer(read) }
        #expect(
            room.summary(to: again) == [
                "subscribe_ack subscribed orders.O2", "temperature_alert B1 48.5 closed",
                "temperature_alert B2 48.5 revised",
            ])
    }

    @Test("W-5: the journal's answer to an earlier question is not taken for that to a later one")
    func earlierQuestion() {
        let room = room(Self.shortMemory)
        let last = followUntilAlert(in: room).last
        room.publish(Sample.alert(.closed), Sample.alert(.revised, order: "O2", bag: "B2"))
        room.wait(60_001)
        let again = room.connect(2)
        room.say(reconnect(after: last), on: again)
        _ = room.texts(to: again)
        let first = room.takeHistoryReads()
        room.say(reconnect(after: last, [Self.order, Channel(.order, "O2")]), on: again)
        _ = room.texts(to: again)
        let second = room.takeHistoryReads()
        for read in first + second { room.answer(read) }
        #expect(
            room.summary(to: again) == [
                "temperature_alert B1 48.5 closed", "temperature_alert B2 48.5 revised",
            ])
    }

    @Test("W-16: what was missed on a channel that is not the user's any more is not told")
    func rights() {
        let room = room()
        let driver = room.connect(1, .driver, "dirk")
        room.follow(driver, Self.order)
        room.publish(Sample.alert())
        let last = lastID(of: driver, in: room)
        room.fabric.disconnect(driver)
        room.publish(Sample.alert(.closed), Sample.change(Sample.order("O1", driver: "dora")))
        let again = room.connect(2, .driver, "dirk")
        room.say(reconnect(after: last, [Self.order, Channel(.driver, "dirk")]), on: again)
        let messages = room.messages(to: again)
        #expect(messages.count == 1)
        #expect(messages[0]["payload"]?["failed"]?.array?.first?["code"] == "ACCESS_DENIED")
        #expect(messages[0]["payload"]?["subscriptions"] == ["drivers.dirk"])
    }

    @Test("T-11: an event that belongs to several followed channels is told again once")
    func overlapping() {
        let room = room()
        let client = room.connect(1)
        room.follow(client, Self.order)
        room.publish(Sample.silence())
        let last = lastID(of: client, in: room)
        room.publish(Sample.alert())
        let again = room.connect(2)
        room.say(
            reconnect(
                after: last,
                [Self.order, Channel(.bag, "B1"), Channel(.site, Channel.everySite), Self.order]),
            on: again)
        #expect(
            room.summary(to: again) == [
                "reconnect_ack recovered", "temperature_alert B1 48.5 opened",
            ])
    }

    @Test("T-11: whatever is published, missed and caught up with, nothing is lost or repeated")
    func property() {
        for seed in 0..<200 as Range<UInt64> {
            var random = SplitMix64(state: seed)
            var limits = FabricLimits()
            limits.historyBytes = Int(random.next() % 8_000) + 20_000
            let room = room(limits)
            room.answersHistoryReads = true
            let watcher = room.connect(1)
            room.follow(watcher, Self.order)
            var all: [String] = []
            var got: [String] = []
            var last: JSON = .null
            var client = room.connect(2)
            room.follow(client, Self.order)
            room.publish(Sample.alert())
            all += room.texts(to: watcher)
            for number in 3..<20 as Range<UInt64> {
                let messages = room.messages(to: client).filter { $0["type"] != "reconnect_ack" }
                got += messages.compactMap { $0["id"]?.string }
                last = got.last.map { .string($0) } ?? last
                room.fabric.disconnect(client)
                for _ in 0..<random.next() % 12 {
                    room.publish(random.next() % 2 == 0 ? Sample.alert() : Sample.silence())
                }
                room.wait(1_000)
                all += room.texts(to: watcher)
                client = room.connect(number)
                room.say(reconnect(after: last), on: client)
                for _ in 0..<random.next() % 4 { room.publish(Sample.silence(isBack: true)) }
                all += room.texts(to: watcher)
            }
            got += room.messages(to: client).filter { $0["type"] != "reconnect_ack" }
                .compactMap { $0["id"]?.string }
            let told = all.compactMap { JSONReading.value(of: $0.utf8)?["id"]?.string }
            #expect(got == told, "seed \(seed)")
            #expect(room.fabric.statistics.lostHistories == 0)
        }
    }
}
