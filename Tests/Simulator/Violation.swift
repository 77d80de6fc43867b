/// An invariant that did not hold.
package struct Violation: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Why a turn of the engine ended early.
enum Interruption: Error {
    case crashed
    case storeFailed
    case violated(Violation)
}

/// Something is built in wrongly around the bridge, so that it can be seen whether the simulator
/// notices.
package enum Sabotage: String, CaseIterable, Sendable {
    case acknowledgesBeforeCommit
    case acknowledgesAfterFailure
    case publishesBeforeCommit
    case repliesBeforeCommit
    case forgetsFingerprints
    case ignoresLostSessions
    case dropsRecalls
    case dropsRefills
    case forgetsExcursions
    case forgetsDeliveries
    case forgetsCustody
    case restartsNumbers
    case recordsTwice
    case tearsBatches
    case losesResults
    case keepsBridgeAfterFailure
    case takesReceiptForMeasurement
    case deadLettersInSilence
    case forgetsDevices
    case forgetsWhatWasHeard
    case judgesMarkers
    case forgetsCalibrations
    case forgetsSilences
}
