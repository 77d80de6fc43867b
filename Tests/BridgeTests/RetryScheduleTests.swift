import Testing

@testable import Bridge

@Suite("Retries of a delivery (Q-11)")
struct RetryScheduleTests {
    private let schedule = RetrySchedule()

    @Test(
        "a failed attempt is made again after the schedule's delay",
        arguments: zip(
            1...9,
            [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400] as [Int64]))
    func delays(attempts: Int, seconds: Int64) {
        let verdict = schedule.verdict(
            on: .refused(status: 500, retryAfterMilliseconds: nil), attempts: attempts,
            random: 0.5)
        #expect(verdict == .retry(afterMilliseconds: seconds * 1000))
        #expect(
            schedule.verdict(on: .failed("timed out"), attempts: attempts, random: 0.5) == verdict)
    }

    @Test(
        "what an answer means",
        arguments: [
            (.accepted(status: 200), 1, .delivered), (.accepted(status: 204), 10, .delivered),
            (
                .refused(status: 410, retryAfterMilliseconds: nil), 1, .abandoned(isGone: true)
            ),
            (
                .refused(status: 500, retryAfterMilliseconds: nil), 10,
                .abandoned(isGone: false)
            ),
            (.failed("refused"), 10, .abandoned(isGone: false)),
            (.failed("refused"), 0, .abandoned(isGone: false)),
            // More patience is granted, up to twice the delay; less is not.
            (
                .refused(status: 503, retryAfterMilliseconds: 8_000), 1,
                .retry(afterMilliseconds: 8_000)
            ),
            (
                .refused(status: 503, retryAfterMilliseconds: 3_600_000), 1,
                .retry(afterMilliseconds: 10_000)
            ),
            (
                .refused(status: 429, retryAfterMilliseconds: 1), 1,
                .retry(afterMilliseconds: 5_000)
            ),
            (
                .refused(status: 429, retryAfterMilliseconds: -5), 1,
                .retry(afterMilliseconds: 5_000)
            ),
        ] as [(DeliveryResult.Outcome, Int, RetrySchedule.Verdict)])
    func verdicts(
        outcome: DeliveryResult.Outcome, attempts: Int, verdict: RetrySchedule.Verdict
    ) {
        #expect(schedule.verdict(on: outcome, attempts: attempts, random: 0.5) == verdict)
    }

    @Test("a delay is a fifth shorter or longer at random", arguments: [0, 0.25, 0.75, 0.999])
    func jitter(random: Double) {
        let verdict = schedule.verdict(on: .failed(""), attempts: 2, random: random)
        let share = 0.8 + 0.4 * random
        #expect(verdict == .retry(afterMilliseconds: Int64(300_000 * share)))
    }

    @Test("the greatest delay does not overflow")
    func greatest() {
        var schedule = RetrySchedule()
        schedule.delaysMilliseconds = [.max]
        let verdict = schedule.verdict(
            on: .refused(status: 503, retryAfterMilliseconds: .max), attempts: 1, random: 0.999)
        #expect(verdict == .retry(afterMilliseconds: .max))
    }
}
