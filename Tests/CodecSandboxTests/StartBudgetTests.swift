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
        #expect(take(&budget, now) == true)
        #expect(take(&budget, now) == true)
        #expect(take(&budget, now) == false)
        now += Self.second
        #expect(take(&budget, now) == true)
        #expect(take(&budget, now) == true)
        #expect(take(&budget, now) == false)
        #expect(take(&budget, now + Self.second) == false)
        #expect(take(&budget, now + 2 * Self.second) == true)
    }

    @Test("starts that lie far apart are never refused")
    func seldom() {
        var budget = StartBudget(StartBudget.Settings())
        for start in 1...1_000 {
            #expect(take(&budget, UInt64(start) * 1_100_000_000) == true)
        }
    }

    @Test("a start that failed is tried again after at most the longest pause")
    func failed() {
        var budget = StartBudget(StartBudget.Settings())
        var now = 1 * Self.second
        for _ in 0..<20 {
            #expect(take(&budget, now) == true)
            budget.failed(now: now)
            #expect(take(&budget, now) == false)
            now += 60 * Self.second
        }
    }

    private func take(_ budget: inout StartBudget, _ now: UInt64) -> Bool {
        budget.take(now: now)
    }
}
