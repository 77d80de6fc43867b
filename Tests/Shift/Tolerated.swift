import ColdChain
import Journal

/// All in which two orders of arrival may differ, each with its reason. What is not listed here must
/// be equal.
enum Tolerated {
    /// By how much a device's clock is off is told from when its messages were received (§3.1): with
    /// other times of receipt it is another number. It says what was known then, and no reading is
    /// unusable by it.
    static let tests = QualityTests([.clockOffset])

    /// Without what is tolerated.
    static func leavingOut(
        _ quality: ReadingQuality, ofBagWith sensors: Int
    ) -> ReadingQuality {
        quality.taking(
            testsLeftOut(ofBagWith: sensors),
            from: ReadingQuality(parametersVersion: quality.parametersVersion))
    }

    /// Of three and more sensors of a bag, each is compared with the first that is heard and has no
    /// partner: whom it is compared with is then a matter of who is heard first.
    static func testsLeftOut(ofBagWith sensors: Int) -> QualityTests {
        sensors > 2 ? testsOfManySensors : tests
    }

    private static let testsOfManySensors = QualityTests([.clockOffset, .sensorPair])

    /// A reading is suspect by its clock, too, and time beside a suspect reading is counted.
    static func leaveOut(of history: inout OrderHistory, sensors: [String: Int]) {
        for stretch in history.stretches.indices {
            let sensors = sensors[history.stretches[stretch].custody.bag] ?? 0
            for channel in history.stretches[stretch].channels.indices {
                for reading in history.stretches[stretch].channels[channel].readings.indices {
                    let quality = ReadingQuality(
                        flags: history.stretches[stretch].channels[channel].readings[reading]
                            .quality, packedReasons: 0, parametersVersion: 0)
                    history.stretches[stretch].channels[channel].readings[reading].quality =
                        leavingOut(quality, ofBagWith: sensors).flags
                }
            }
        }
    }

    /// That a sensor's partner is silent is said by an engine that has heard the partner; one that was
    /// made anew meanwhile says nothing of a partner before it speaks.
    static func areSameAfterRestart(
        _ one: QualityFinding, _ other: QualityFinding, _ test: QualityTest
    ) -> Bool {
        test == .sensorPair && one.flag == .notEvaluated && other.flag == .notEvaluated
    }

    /// What has lasted is told again only when it becomes something else: what an excursion that is
    /// not over adds up to is that of its last telling.
    static func areSame(_ one: JudgedExcursion, _ other: JudgedExcursion) -> Bool {
        guard one.closedAt == nil, other.closedAt == nil else { return one == other }
        return one.state == other.state && one.startedAt == other.startedAt
            && one.activatedAt == other.activatedAt && one.cause == other.cause
    }
}
