import CodecSandbox
import Testing

@Suite("How often the codec program is started")
struct StartBudgetTests {
    private static let second: UInt64 = 1_000_000_000

    @Test("so many starts in a period are free, then pauses that double lie between them")
    func pauses() {
        var settings = StartBudget.Settings()
        settings.free = 2
        var budget = StartBudget(settings)
        var now = 100 * Self.second
        #expect(budget.take(now: now))
        #expect(budget.take(now: now))
        #expect(!budget.take(now: now))
        now += Self.second
        #expect(budget.take(now: now))
        #expect(budget.take(now: now))
        #expect(!budget.take(now: now))
        #expect(!budget.take(now: now + Self.second))
        #expect(budget.take(now: now + 2 * Self.second))
    }

    @Test("starts that lie far apart are never refused")
    func seldom() {
        var budget = StartBudget(StartBudget.Settings())
        for start in 1...1_000 {
            #expect(budget.take(now: UInt64(start) * 1_100_000_000))
        }
    }

    @Test("a start that failed is tried again after at most the longest pause")
    func failed() {
        var budget = StartBudget(StartBudget.Settings())
        var now = 1 * Self.second
        for _ in 0..<20 {
            #expect(budget.take(now: now))
            budget.failed(now: now)
            #expect(!budget.take(now: now))
            now += 60 * Self.second
        }
    }
}
