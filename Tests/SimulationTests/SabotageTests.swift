import Simulator
import Testing

/// What is built in wrongly around the bridge must be seen: a check that cannot fail shows nothing.
@Suite("The simulator notices what is wrong")
struct SabotageTests {
    static let deeds: [(sabotage: Sabotage, statement: String)] = [
        (.acknowledgesBeforeCommit, "an acknowledgement before the commit"),
        (.acknowledgesAfterFailure, "an acknowledgement after a failed commit"),
        (.publishesBeforeCommit, "an event that is told before the commit"),
        (.repliesBeforeCommit, "an answer before the commit"),
        (.forgetsFingerprints, "untimed messages recorded twice after a restart"),
        (.ignoresLostSessions, "untimed messages lost because packet identifiers began anew"),
        (.dropsRecalls, "readings that were not judged for an order bound later"),
        (.dropsRefills, "deliveries that stay in the journal for ever"),
        (.forgetsExcursions, "excursions told twice after a restart"),
        (.forgetsDeliveries, "deliveries that are forgotten by a restart"),
        (.forgetsCustody, "a bag whose order is forgotten by a restart"),
        (.restartsNumbers, "numbers that are given twice"),
        (.recordsTwice, "readings recorded twice"),
        (.tearsBatches, "a batch of which only a part was committed"),
        (.losesResults, "results of attempts that are lost"),
        (.keepsBridgeAfterFailure, "a bridge that knows what is not in the log"),
        (.takesReceiptForMeasurement, "the time of receipt in place of the device's own"),
        (.deadLettersInSilence, "a message that is dropped in silence"),
        (.forgetsDevices, "a moved device that is on its own bag again after a restart"),
        (.forgetsWhatWasHeard, "a reading that two gateways heard and that is recorded twice"),
        (.forgetsSilences, "a silence that is told again after a restart"),
        (.judgesMarkers, "a marker that is taken for a number"),
        (.forgetsCalibrations, "a sensor whose calibration is forgotten by a restart"),
    ]

    @Test("every kind of sabotage is tried")
    func everyKind() {
        #expect(Set(SabotageTests.deeds.map(\.sabotage)) == Set(Sabotage.allCases))
    }

    @Test("the simulator notices", arguments: deeds)
    func notices(sabotage: Sabotage, statement: String) {
        var firstNoticed: UInt64?
        for seed in 1...SabotageTests.seedsMaximum where firstNoticed == nil {
            let outcome = Simulation.run(
                seed: seed, steps: Request.steps, sabotage: sabotage)
            if outcome.failure != nil { firstNoticed = seed }
        }
        #expect(firstNoticed != nil, "\(statement) goes unnoticed")
    }

    /// A tenth of the seeds of a usual run: what is noticed only by chance is not watched.
    private static let seedsMaximum: UInt64 = 100
}
