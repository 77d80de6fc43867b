import ColdChain
import Configuration
import Foundation
import Shift
import Testing

/// What is asked of a run by the environment: `FRESHWIRE_SHIFTS=500` plays that many shifts,
/// `FRESHWIRE_FIRST_SHIFT=7` begins there.
enum Request {
    static let shifts = number("FRESHWIRE_SHIFTS") ?? 12
    static let first = number("FRESHWIRE_FIRST_SHIFT") ?? 1

    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }
}

@Suite("A simulated shift, whatever order and batches its readings arrive in (B-9, Q-1, Q-2)")
struct ShiftTests {
    @Test("a few bags, in every manner of arrival", arguments: 0..<Request.shifts)
    func manyShifts(index: UInt64) throws {
        let profile = try LimitCatalogue().profile("uk")
        var trial = ShiftTrial(
            seed: Request.first + index, extent: Shift.Extent(bags: 6, hours: 3), profile: profile)
        let clock = ContinuousClock()
        var begun = clock.now
        func lap(_ what: String) {
            print(what, clock.now - begun)
            begun = clock.now
        }
        let happened = try trial.outcome(.happened)
        lap("happened")
        for manner in [
            Arrivals.Manner.atOnce, .lateStretches(hours: 2), .shuffled, .afterwards,
        ] {
            let other = try trial.outcome(manner)
            lap("\(manner)")
            let difference = ShiftDifference(happened, other)
            #expect(difference.isNone, "\(manner)\n\(difference)")
        }
        print(trial.counts)
    }

    @Test("two hundred bags for eight hours")
    func wholeShift() throws {
        let profile = try LimitCatalogue().profile("uk")
        let clock = ContinuousClock()
        var begun = clock.now
        func lap(_ what: String) {
            print(what, clock.now - begun)
            begun = clock.now
        }
        var trial = ShiftTrial(seed: 1, extent: .whole, profile: profile)
        lap("made \(trial.shift.readings)")
        let happened = try trial.outcome(.happened)
        lap("happened")
        let other = try trial.outcome(.afterwards)
        lap("afterwards")
        let difference = ShiftDifference(happened, other)
        lap("compared")
        #expect(difference.isNone, "\(difference)")
        print(trial.counts)
    }
}
