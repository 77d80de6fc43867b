import ColdChain
import Configuration
import Foundation
import Shift
import Testing

/// What is asked of a run by the environment: `FRESHWIRE_SHIFTS=500` plays that many shifts,
/// `FRESHWIRE_FIRST_SHIFT=7` begins there.
enum Request {
    static let shifts = number("FRESHWIRE_SHIFTS") ?? 8
    static let first = number("FRESHWIRE_FIRST_SHIFT") ?? 1

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}

@Suite("A simulated shift, whatever order and batches its readings arrive in (B-9, Q-1, Q-2)")
struct ShiftTests {
    private static let manners: [Arrivals.Manner] = [
        .atOnce, .lateStretches(hours: 2), .shuffled, .afterwards,
    ]

    @Test(
        "a few bags, in every manner of arrival: the same log, excursions, alerts and answers",
        arguments: Request.first..<Request.first + Request.shifts)
    func manyShifts(seed: UInt64) throws {
        var trial = ShiftTrial(
            seed: seed, extent: Shift.Extent(bags: 6, hours: 3),
            profile: try LimitCatalogue().profile("uk"))
        let happened = try trial.outcome(.happened)
        for manner in Self.manners {
            let difference = ShiftDifference(happened, try trial.outcome(manner, seed: seed))
            #expect(difference.isNone, "\(manner)\n\(difference)")
        }
        // A shift in which nothing happens shows nothing.
        #expect(trial.counts.excursions > 0 && trial.counts.told > 0)
        #expect(trial.counts.channelRecalls > 100 && trial.counts.orderRecalls > 20)
    }

    @Test(
        "with an engine that is made anew from its log on the way",
        arguments: 1...4 as ClosedRange<UInt64>)
    func restarts(seed: UInt64) throws {
        var trial = ShiftTrial(
            seed: seed, extent: Shift.Extent(bags: 6, hours: 3),
            profile: try LimitCatalogue().profile("uk"))
        let happened = try trial.outcome(.happened)
        let restarts = [1_800_000, 5_000_000, 9_000_000].map {
            trial.shift.start.advanced(byMilliseconds: $0)
        }
        let difference = ShiftDifference(
            happened, try trial.outcome(.lateStretches(hours: 1), seed: seed, restarts: restarts),
            isRestarted: true)
        #expect(difference.isNone, "\(difference)")
    }

    @Test("two hundred bags for eight hours, as it happened and with hours of backlog")
    func wholeShift() throws {
        var trial = ShiftTrial(
            seed: 1, extent: .whole, profile: try LimitCatalogue().profile("uk"))
        let happened = try trial.outcome(.happened, asking: .byChannels)
        let difference = ShiftDifference(
            happened, try trial.outcome(.lateStretches(hours: 4), asking: .byChannels))
        #expect(difference.isNone, "\(difference)")
        #expect(trial.counts.readings > 200_000 && trial.counts.excursions > 1_000)
        #expect(trial.counts.told > 1_000 && trial.counts.corrected > 20)
    }
}
