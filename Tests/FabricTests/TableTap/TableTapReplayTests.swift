import ColdChain
import Fabric
import Testing
import Wire

/// What a client gets that comes back (T-11).
struct TableTapReplayTests {
    private static let alerts = "cafe:c1:alerts"

    private func room(_ limits: FabricLimits = FabricLimits(), journalFloor: UInt64 = 0) -> Room {
        let room = Room(limits, journalFloor: journalFloor)
        room.publish(Sample.change(Sample.order("O1", cafe: "c1")))
        return room
    }

    private func reconnect(after id: JSON, _ names: String...) -> JSON {
        [
            "type": "reconnect", "correlationId": "again",
            "data": ["lastMessageId": id, "channels": .array(names.map { .string($0) })],
        ]
    }

    /// The messages told in the replays of an answer, which is nothing but replays.
    private func replayed(_ answers: [JSON]) -> [JSON] {
        #expect(answers.allSatisfy { $0["type"] == "message_replay" })
        #expect(answers.allSatisfy { $0["correlationId"] == "again" })
        let more = answers.map { $0["data"]?["hasMore"] }
        #expect(more.dropLast().allSatisfy { $0 == true })
        #expect(more.last == false)
        for (page, next) in zip(answers, answers.dropFirst()) {
            #expect(page["data"]?["toMessageId"] == next["data"]?["fromMessageId"])
        }
        return answers.flatMap { $0["data"]?["messages"]?.array ?? [] }
    }

    @Test("T-11: what was missed comes in one message, as it was told, and then what is new")
    func missed() {
        let room = room()
        let watcher = room.sitDown(1, .manager, "w")
        room.listen(watcher, to: Self.alerts)
        let client = room.sitDown(2, .manager, "m")
        room.listen(client, to: Self.alerts)
        room.publish(Sample.alert())
        let last = room.messages(to: client).last?["messageId"] ?? .null
        _ = room.messages(to: watcher)
        room.fabric.disconnect(client)
        room.publish(Sample.alert(.closed), Sample.alert(order: "O2"), Sample.silence())
        let told = room.messages(to: watcher)
        let again = room.sitDown(3, .manager, "m")
        room.say(reconnect(after: last, Self.alerts), on: again)
        room.publish(Sample.alert(.corrected))
        let answers = room.messages(to: again)
        #expect(answers.count == 1)
        let data = answers.first?["data"]
        #expect(data?["recovered"] == true)
        #expect(data?["fromMessageId"] == last)
        let corrected = room.messages(to: watcher)
        #expect(replayed(answers) == told + corrected)
        #expect(data?["toMessageId"] == corrected.last?["messageId"])
        room.publish(Sample.alert(.revised))
        #expect(room.messages(to: again).map { $0["type"] } == ["alert"])
    }

    @Test(
        "T-11: much that was missed comes in bounded pages, in order, once",
        arguments: [49, 50, 51, 100, 130], [1, 4_096, 1 << 20])
    func pages(count: Int, limit: Int) {
        let room = room()
        let watcher = room.sitDown(1, .manager, "w")
        room.listen(watcher, to: Self.alerts)
        for _ in 0..<count { room.publish(Sample.silence()) }
        let told = room.messages(to: watcher)
        let client = room.sitDown(2, .manager, "m")
        room.say(reconnect(after: "e1-1", Self.alerts), on: client)
        let answers = room.texts(to: client, limit: limit).compactMap {
            JSONReading.value(of: $0.utf8)
        }
        #expect(answers.count == (count + 49) / 50)
        #expect(replayed(answers) == told)
        #expect(answers.last?["data"]?["toMessageId"] == told.last?["messageId"])
    }

    @Test("T-11: where nothing was missed the replay is empty, and the client knows it is whole")
    func nothingMissed() {
        let room = room()
        let client = room.sitDown(1, .manager, "m")
        room.say(reconnect(after: "e1-1", Self.alerts), on: client)
        let answers = room.messages(to: client)
        #expect(replayed(answers) == [])
        #expect(answers.first?["data"]?["recovered"] == true)
        #expect(answers.first?["data"]?["toMessageId"] == "e1-1")
    }

    @Test(
        "T-11: where the history does not reach back the replay is empty and says so",
        arguments: ["e1-1", "e2-6", "e1-999", "nonsense", "e1-"])
    func lost(id: String) {
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        let room = room(limits, journalFloor: 5)
        room.publish(Sample.alert(), Sample.alert(.closed))
        room.wait(60_001)
        let client = room.sitDown(1, .manager, "m")
        room.say(reconnect(after: .string(id), Self.alerts), on: client)
        room.publish(Sample.alert(.revised))
        let answers = room.messages(to: client)
        #expect(answers.map { $0["type"] } == ["message_replay", "alert"])
        let data = answers.first?["data"]
        #expect(data?["recovered"] == false && data?["hasMore"] == false)
        #expect(data?["messages"] == [] && data?["fromMessageId"] == .string(id))
        #expect(data?["toMessageId"] == "e1-3", "from here on nothing is missed")
    }

    @Test("T-11: whoever names no message is not told that nothing was missed")
    func noMessage() {
        let room = room()
        let client = room.sitDown(1, .manager, "m")
        room.say(reconnect(after: .null, Self.alerts), on: client)
        let data = room.messages(to: client).first?["data"]
        #expect(data?["recovered"] == false && data?["fromMessageId"] == .null)
    }

    @Test("T-11: a client that got no message comes back with what the confirmation gave it")
    func confirmationIsAPosition() {
        let room = room()
        let client = room.sitDown(1, .manager, "m")
        room.subscribe(client, toNames: Self.alerts)
        let position = room.messages(to: client).first?["data"]?["lastMessageId"] ?? .null
        room.fabric.disconnect(client)
        room.publish(Sample.alert())
        let again = room.sitDown(2, .manager, "m")
        room.say(reconnect(after: position, Self.alerts), on: again)
        #expect(replayed(room.messages(to: again)).count == 1)
    }

    @Test("T-11: an answer that overtakes what waits is nothing to come back with")
    func answersHaveNoIdentifier() {
        let room = room()
        let client = room.sitDown(1, .manager, "m")
        room.listen(client, to: Self.alerts)
        room.publish(Sample.alert())
        room.say(["type": "ping", "messageId": "p"], on: client)
        room.subscribe(client, toNames: "cafe:c1:staff")
        let messages = room.messages(to: client)
        #expect(
            messages.map { $0["type"]?.string } == [
                "pong", "message_acknowledged", "subscription_confirmed", "alert",
            ])
        #expect(messages.dropLast().allSatisfy { $0["messageId"] == nil })
        #expect(messages[2]["data"]?["lastMessageId"] == nil)
    }

    @Test("T-11: pages from the journal join into the same replay")
    func journal() {
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        limits.historyPage = 7
        let room = room(limits)
        room.answersHistoryReads = true
        let watcher = room.sitDown(1, .manager, "w")
        room.listen(watcher, to: Self.alerts)
        for _ in 0..<60 { room.publish(Sample.silence()) }
        room.wait(60_001)
        for _ in 0..<3 { room.publish(Sample.alert()) }
        let told = room.messages(to: watcher)
        let client = room.sitDown(2, .manager, "m")
        room.say(reconnect(after: "e1-1", Self.alerts), on: client)
        let answers = room.messages(to: client)
        #expect(answers.count == 2)
        #expect(replayed(answers) == told)
    }

    @Test("T-11: a replay that is broken off does not look like one that is whole")
    func brokenOff() {
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        let room = room(limits)
        room.publish(Sample.alert())
        room.wait(60_001)
        let client = room.sitDown(1, .manager, "m")
        room.say(reconnect(after: "e1-1", Self.alerts), on: client)
        #expect(room.texts(to: client) == [], "the journal is asked")
        room.fabric.closeAll(.historyLost)
        #expect(room.texts(to: client) == [])
        #expect(room.codes(of: client) == [.historyLost])
    }

    @Test("T-11: what is left while it is told again is not told any more")
    func leaving() {
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        let room = room(limits)
        room.publish(Sample.alert())
        room.wait(60_001)
        let client = room.sitDown(1, .manager, "m")
        room.say(reconnect(after: "e1-1", Self.alerts), on: client)
        #expect(room.texts(to: client) == [], "the journal is asked")
        let reads = room.takeHistoryReads()
        room.say(["type": "unsubscribe", "data": ["channels": [.string(Self.alerts)]]], on: client)
        room.answersHistoryReads = true
        for read in reads { room.answer(read) }
        let answers = room.messages(to: client)
        #expect(
            answers.map { $0["type"] } == ["unsubscription_confirmed", "message_replay"])
        #expect(answers.last?["data"]?["messages"] == [])
    }

    @Test("T-11: whoever comes and goes misses nothing and gets nothing twice")
    func comingAndGoing() {
        for seed in 0..<20 as Range<UInt64> {
            var random = SplitMix64(state: seed)
            let room = room()
            let watcher = room.sitDown(1, .manager, "w")
            room.listen(watcher, to: Self.alerts)
            var last = JSON.string("e1-1")
            var got: [JSON] = []
            for number in 2..<12 as Range<UInt64> {
                let client = room.sitDown(number, .manager, "m")
                room.say(reconnect(after: last, Self.alerts), on: client)
                for _ in 0..<random.next() % 70 {
                    room.publish(random.next() % 2 == 0 ? Sample.alert() : Sample.silence())
                }
                for message in room.messages(to: client) {
                    if message["type"] == "message_replay" {
                        #expect(message["data"]?["recovered"] == true)
                        got += message["data"]?["messages"]?.array ?? []
                    } else {
                        got.append(message)
                    }
                }
                last = got.last?["messageId"] ?? last
                room.fabric.disconnect(client)
                for _ in 0..<random.next() % 70 { room.publish(Sample.silence(isBack: true)) }
            }
            let told = room.messages(to: watcher)
            #expect(got == Array(told.prefix(got.count)), "seed \(seed)")
            #expect(got.enumerated().allSatisfy { $1["sequence"] == .integer(Int64($0 + 1)) })
        }
    }
}
