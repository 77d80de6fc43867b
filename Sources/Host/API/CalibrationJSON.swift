import ColdChain
import Wire

extension JSONWriter {
    /// An entry of the register of calibrations.
    mutating func calibrationMembers(_ entry: CalibrationEntry) {
        member("number", Int64(entry.number.rawValue))
        member("deviceId", entry.device)
        member("quantity", entry.quantity.name)
        member("probe", Int64(entry.probe))
        instantMember("enteredAt", entry.enteredAt)
        member("enteredBy", entry.enteredBy)
        member("supersedes", entry.supersedes.map { Int64($0.rawValue) })
        member("reason", entry.reason)
        guard let calibration = entry.calibration else { return }
        instantMember("madeAt", calibration.madeAt)
        instantMember("dueAt", calibration.dueAt)
        member("method", calibration.method)
        member("reference", calibration.reference)
        member("laboratory", calibration.laboratory)
        member("certificate", calibration.certificate)
        member("unit", entry.quantity.unit)
        name("points")
        array { points in
            for point in calibration.table.points {
                points.object { members in
                    members.member("reference", point.reference)
                    members.member("indicated", point.indicated)
                    members.member("error", point.error)
                }
            }
        }
        name("uncertainty")
        object { uncertainty in
            uncertainty.member("expanded", calibration.uncertainty.expanded)
            uncertainty.member("coverageFactor", calibration.uncertainty.coverageFactor)
        }
    }
}
