import Bridge
import ColdChain
import Journal
import Testing

@Suite("Messages kept to be decoded again")
struct RawMessageTests {
    private static let brokers = ["north", "south"]

    /// Puts messages into the batch, received together.
    private func add(
        _ messages: [(topic: String, payload: [UInt8])], to batch: inout RecordBatch,
        at instant: Int64, broker: Int = 0, last: inout UInt64
    ) -> [MessageNumber] {
        messages.map { message in
            let topic = Array(message.topic.utf8)
            let arrival = Arrival(
                broker: broker, receivedAt: at(instant),
                isRetained: message.topic.hasSuffix("kept"),
                packetIdentifier: 1)
            return batch.rawMessages.append(
                topic.span, message.payload.span, arrival: arrival, brokers: Self.brokers,
                lastBlock: &last)
        }
    }

    @Test("the messages of a turn are one row, and each reading leads to its own")
    func oneRow() throws {
        let scratch = try Scratch()
        var last: UInt64 = 0
        var numbers: [MessageNumber] = []
        try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            numbers = add([("a", [1, 0, 255]), ("b/kept", [])], to: &batch, at: 7, last: &last)
            numbers += add([("c", Array("{}".utf8))], to: &batch, at: 7, broker: 1, last: &last)
            numbers += add([("d", [9])], to: &batch, at: 8, broker: 1, last: &last)
            batch.readings = numbers.map { silent(at: Int64($0.rawValue), message: $0) }
        }
        #expect(numbers.map(\.row) == [1, 1, 1, 2] && numbers.map(\.index) == [0, 1, 2, 0])
        #expect(
            try sqlite3(scratch.path, "SELECT number, received_at, count FROM raw_messages")
                == ["1|7|3", "2|8|1"])
        let reader = try JournalReader(path: scratch.path)
        var export = try reader.exportReadings(from: at(0), until: at(.max))
        let logged = try export.next(limit: 9, from: reader).compactMap(\.reading.message)
        let messages = try logged.compactMap { try reader.message($0) }
        #expect(messages.map(\.number) == numbers)
        #expect(
            messages.map { String(decoding: $0.topic, as: UTF8.self) } == ["a", "b/kept", "c", "d"])
        #expect(messages.map(\.payload) == [[1, 0, 255], [], Array("{}".utf8), [9]])
        #expect(messages.map(\.broker) == ["north", "north", "south", "south"])
        #expect(messages.map(\.isRetained) == [false, true, false, false])
        #expect(messages.map(\.receivedAt) == [7, 7, 7, 8].map(at))
        #expect(try reader.message(MessageNumber(row: 1, index: 3)) == nil)
        #expect(try reader.message(MessageNumber(row: 3, index: 0)) == nil)
    }

    @Test("messages are found by time and by topic, page by page")
    func pages() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        var last: UInt64 = 0
        for turn in 0..<20 {
            try journal.commit { batch in
                let topics = (0..<3).map { (topic: "t\($0)", payload: [UInt8(turn)]) }
                _ = add(topics, to: &batch, at: Int64(turn), last: &last)
            }
        }
        let reader = try JournalReader(path: scratch.path)
        var found: [UInt8] = []
        var position: RawMessagePage.Position?
        var pages = 0
        repeat {
            let page = try reader.messages(
                from: at(5), until: at(15), topic: Array("t1".utf8), after: position, limit: 4)
            found += page.messages.flatMap(\.payload)
            position = page.next
            pages += 1
        } while position != nil
        #expect(found == Array(5..<15))
        #expect(pages == 3)
        let all = try reader.messages(from: at(0), until: at(99), limit: 1_000)
        #expect(all.messages.count == 60 && all.next == nil)
    }

    @Test("they are erased at their age, at the latest with positions, and numbers go on")
    func age() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.fixDays = 7
        var last: UInt64 = 0
        do {
            let journal = try Journal(settings)
            try journal.commit { batch in
                batch.sources = sources()
                let numbers = add([("secret-place", [1])], to: &batch, at: 0, last: &last)
                batch.readings = [silent(at: 0, message: numbers[0])]
            }
            #expect(try journal.tidyUp(now: at(7 * day)).rawMessagesErased == 0)
            #expect(try journal.tidyUp(now: at(7 * day + 60_001)).rawMessagesErased == 1)
            _ = try journal.tidy(now: at(8 * day), milliseconds: 0)
            let place = Array("secret-place".utf8)
            #expect(try !contains(place, scratch.path) && !contains(place, scratch.path + "-wal"))
            #expect(try journal.restore(now: at(0)).lastRawMessages == 1)
        }
        #expect(try Journal(settings).restore(now: at(0)).lastRawMessages == 1)
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.counts().readings == 1)
        #expect(try reader.message(MessageNumber(row: 1, index: 0)) == nil)
    }

    @Test("beyond the bound by size the oldest go, also after a restart")
    func size() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.rawPayloadBytes = 10_000
        var last: UInt64 = 0
        for turn in 0..<6 {
            let journal = try Journal(settings)
            try journal.commit { batch in
                batch.sources = turn == 0 ? sources() : []
                _ = add(
                    [("t", [UInt8](repeating: UInt8(turn), count: 3_000))], to: &batch,
                    at: Int64(turn), last: &last)
            }
            _ = try journal.tidyUp(now: at(Int64(turn)))
        }
        #expect(
            try sqlite3(scratch.path, "SELECT number FROM raw_messages") == ["4", "5", "6"])
    }

    @Test(
        "a row that is not in the packed form is said to be damaged",
        arguments: [
            [], [2], [1, 2], [1, 0, 0, 0, 0, 0, 0, 0], [1, 2, 1, 65, 5, 0, 0, 0, 0, 0, 65],
            [1, 2, 1, 65, 0, 0, 255, 255, 255, 255],
        ] as [[UInt8]])
    func damaged(body: [UInt8]) {
        #expect(RawMessage.unpack(body, row: 1, receivedAt: at(0)) == nil)
    }
}
