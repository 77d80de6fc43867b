import Testing
import Wire

@Suite struct EventStreamReaderTests {
    private func read(_ text: String) -> [EventStreamReader.Event] {
        var reader = EventStreamReader()
        return reader.read(text.utf8)
    }

    @Test("an event is the same however the stream is cut, and whatever ends its lines")
    func cuts() {
        let text = "\u{FEFF}: hello\nevent: a\nid: 7\ndata: one\ndata:two\n\ndata: three\n\n"
        let expected = [
            EventStreamReader.Event(type: "a", data: "one\ntwo"),
            EventStreamReader.Event(type: "message", data: "three"),
        ]
        for ending in ["\n", "\r\n", "\r"] {
            let bytes = Array(text.replacing("\n", with: ending).utf8)
            for cut in 0...bytes.count {
                var reader = EventStreamReader()
                let events = reader.read(bytes[..<cut]) + reader.read(bytes[cut...])
                #expect(events == expected)
                #expect(reader.lastEventID == "7")
            }
        }
    }

    @Test("an identifier without data counts; an empty one forgets it; one with NUL does not count")
    func identifiers() {
        var reader = EventStreamReader()
        #expect(reader.read("retry: 2817\nid: 41\n\n".utf8).isEmpty)
        #expect(reader.lastEventID == "41")
        #expect(reader.retry == 2817)
        _ = reader.read("id: 4\u{0}2\nretry: 1x\n\n".utf8)
        #expect(reader.lastEventID == "41")
        #expect(reader.retry == 2817)
        _ = reader.read("id\n\n".utf8)
        #expect(reader.lastEventID == nil)
    }

    @Test("an event that the stream's end cuts off is none, and its identifier does not count")
    func cutOff() {
        var reader = EventStreamReader(lastEventID: "1")
        #expect(reader.read("id: 2\ndata: x\n".utf8).isEmpty)
        #expect(reader.lastEventID == "1")
        #expect(read("data: x").isEmpty)
    }

    @Test("a line without an end is given up")
    func endless() {
        var reader = EventStreamReader(limit: 100)
        _ = reader.read([UInt8](repeating: 65, count: 101))
        #expect(reader.isOverfull)
        var commented = EventStreamReader(limit: 100)
        for _ in 0..<20 { _ = commented.read(": 12345\n\ndata: x\n\n".utf8) }
        #expect(!commented.isOverfull)
    }
}
