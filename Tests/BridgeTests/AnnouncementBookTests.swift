import Testing

@testable import Bridge

@Suite("What devices announce is kept for the next start (B-3)")
struct AnnouncementBookTests {
    private func message(_ topic: String, _ payload: String) -> AnnouncementMessage {
        AnnouncementMessage(topic: Array(topic.utf8), payload: Array(payload.utf8))
    }

    private func take(
        _ topic: String, _ payload: String, _ book: inout AnnouncementBook, limit: Int = 100
    ) -> AnnouncementMessage? {
        let message = message(topic, payload)
        return book.take(message.topic.span, message.payload.span, limit: limit)
    }

    @Test("B-3: what is announced again unchanged, as after each connection, is not written again")
    func unchanged() {
        var book = AnnouncementBook(restored: [message("a", "old")])
        #expect(take("a", "old", &book) == nil)
        #expect(take("a", "new", &book) == message("a", "new"))
        #expect(take("a", "new", &book) == nil)
        #expect(take("a", "", &book) == message("a", ""))
        #expect(take("a", "", &book) == nil)
        #expect(take("never", "", &book) == nil)
    }

    @Test("B-3: more than the limit is not kept, and what it took the place of is forgotten")
    func limit() {
        var book = AnnouncementBook(restored: [])
        #expect(take("a", "1234", &book, limit: 10) == message("a", "1234"))
        #expect(take("b", "12345", &book, limit: 10) == nil)
        #expect(take("b", "1234", &book, limit: 10) == message("b", "1234"))
        #expect(take("a", "12345", &book, limit: 10) == message("a", ""))
        #expect(take("c", "1234", &book, limit: 10) == message("c", "1234"))
    }
}
