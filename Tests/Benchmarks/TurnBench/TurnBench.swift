import Bridge
import CAllocationCounter
import Glibc
import Wire

/// What one reading costs from the broker's bytes to the durable row: `TurnBench MESSAGES DIRECTORY
/// [gross_range]`, the last for the tests of one value only.
///
/// The rooms are joined as the engine's loop joins them, without a broker and without threads, so
/// that the same work is done in every run: that is what instructions can be counted on. After a
/// warm-up in which every bag was seen and memory has grown, it prints as JSON, for each message, the
/// allocations, and the thread's own time, before the commit and in it.
@main
struct TurnBench {
    static func main() {
        let arguments = CommandLine.arguments
        guard (3...4).contains(arguments.count), let messages = Int(arguments[1]), messages > 0
        else {
            print("usage: TurnBench MESSAGES DIRECTORY [gross_range]")
            exit(2)
        }
        do {
            try run(
                messages: messages, directory: arguments[2],
                checks: arguments.last == "gross_range" ? .grossRange : .all)
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func run(
        messages: Int, directory: String, checks: ReadingChecks.Extent
    ) throws {
        let path = "\(directory)/turn-bench-\(getpid()).db"
        defer { for suffix in ["", "-wal", "-shm", "-lock"] { unsafe unlink(path + suffix) } }
        let turn = try Turn(storePath: path, checks: checks)
        try turn.bindOrders()
        try turn.run(messages: Turn.warmUpMessages)
        let before = turn.cost
        try turn.run(messages: messages)
        let spent = turn.cost - before
        var line = JSONWriter()
        line.object { object in
            object.member("messages", Int64(messages))
            object.member("revisions", Int64(turn.revisions))
            object.name("beforeCommit")
            object.object { members(spent.decided, of: messages, &$0) }
            object.name("inCommit")
            object.object { members(spent.committed, of: messages, &$0) }
        }
        print(String(decoding: line.bytes, as: UTF8.self))
    }

    private static func members(_ spent: Spent, of messages: Int, _ object: inout JSONWriter) {
        object.member("allocations", perMessage(Double(spent.allocations), messages))
        object.member("nanoseconds", perMessage(Double(spent.nanoseconds), messages))
    }

    private static func perMessage(_ sum: Double, _ messages: Int) -> Double {
        (sum / Double(messages) * 1000).rounded() / 1000
    }
}

/// What was spent before the commits and in them.
struct Cost {
    var decided = Spent()
    var committed = Spent()

    static func - (later: Cost, earlier: Cost) -> Cost {
        Cost(
            decided: later.decided - earlier.decided,
            committed: later.committed - earlier.committed)
    }
}

/// Allocations and processor time of this thread.
struct Spent {
    var allocations: UInt64 = 0
    var nanoseconds: UInt64 = 0

    static var untilNow: Spent {
        var time = timespec()
        let status = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        precondition(status == 0, "a thread can read its own clock")
        return Spent(
            allocations: allocation_count(),
            nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func - (later: Spent, earlier: Spent) -> Spent {
        Spent(
            allocations: later.allocations - earlier.allocations,
            nanoseconds: later.nanoseconds - earlier.nanoseconds)
    }

    mutating func add(_ spent: Spent) {
        allocations += spent.allocations
        nanoseconds += spent.nanoseconds
    }
}
