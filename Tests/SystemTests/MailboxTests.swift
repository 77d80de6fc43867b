import Synchronization
import System
import Testing

@Suite("Values left for another thread")
struct MailboxTests {
    /// Counts how often a loop was woken.
    private final class Bell: Sendable {
        let rings = Atomic(0)
        func ring() { rings.add(1, ordering: .relaxed) }
        var count: Int { rings.load(ordering: .relaxed) }
    }

    private func mailbox(capacity: Int) -> (Mailbox<Int>, Bell) {
        let bell = Bell()
        return (Mailbox(capacity: capacity) { bell.ring() }, bell)
    }

    @Test("what was left is taken once, in order, with one wake-up a batch")
    func order() {
        let (mailbox, bell) = mailbox(capacity: 10)
        var received = [99]
        mailbox.send([1, 2])
        mailbox.send(3)
        #expect(bell.count == 1)
        mailbox.receive(into: &received)
        #expect(received == [1, 2, 3])
        mailbox.receive(into: &received)
        #expect(received.isEmpty)
        mailbox.send(4)
        #expect(bell.count == 2)
    }

    @Test("a batch that does not fit is refused whole, and nothing that waited is lost")
    func bound() {
        let (mailbox, bell) = mailbox(capacity: 3)
        var received: [Int] = []
        #expect(mailbox.send([1, 2]))
        #expect(!mailbox.send([3, 4]))
        #expect(mailbox.send(3))
        #expect(mailbox.send([]))
        mailbox.receive(into: &received)
        #expect(received == [1, 2, 3])
        #expect(bell.count == 1)
        #expect(mailbox.send([4, 5, 6]))
    }

    @Test("many threads leave values and none is lost or doubled")
    func threads() throws {
        let (mailbox, _) = mailbox(capacity: 100_000)
        let threads = try (0..<4).map { thread in
            try Thread(name: "sender") {
                for value in 0..<1_000 { mailbox.send(thread * 1_000 + value) }
            }
        }
        var all: [Int] = []
        var received: [Int] = []
        while all.count < 4_000 {
            mailbox.receive(into: &received)
            all += received
        }
        for thread in threads { thread.join() }
        #expect(all.sorted() == Array(0..<4_000))
        for thread in 0..<4 {
            let own = all.filter { $0 / 1_000 == thread }
            #expect(own == own.sorted(), "each sender's values keep their order")
        }
    }

    @Test("the first value given is the one that is waited for")
    func oneShot() throws {
        let shot = OneShot<String>()
        let thread = try Thread(name: "giver") {
            shot.give("first")
            shot.give("second")
        }
        #expect(shot.wait() == "first")
        thread.join()
        #expect(shot.wait() == "first")
    }
}
