import ColdChain
package import Wire

/// How calibrations are written in JSON.
extension CommandText {
    /// Longer than any certificate's number, and than a sentence of how something was done.
    private static let longestText = 500

    /// The body of `POST /v1/devices/{id}/calibrations`: a calibration with its points, or
    /// `{"supersedes":…,"reason":…}`, which takes one back.
    package static func calibration(
        _ json: JSON, device: String, enteredBy: String
    ) throws(CommandRefusal) -> Command {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw .invalid(field: member.name, reason: "it stands there twice")
            }
            guard all.contains(member.name) else {
                throw .invalid(field: member.name, reason: "it is not known here")
            }
        }
        var fields = CalibrationFields(calibration: nil, enteredBy: enteredBy)
        try setChannel(of: &fields, json)
        try setSuperseded(of: &fields, json)
        let isWithdrawal = fields.supersedes != nil && seen.isDisjoint(with: ofCalibration)
        if !isWithdrawal { fields.calibration = try calibration(json) }
        return .enterCalibration(device: device, fields)
    }

    private static let ofCalibration: Set<String> = [
        "madeAt", "dueAt", "method", "reference", "laboratory", "certificate", "points",
        "uncertainty",
    ]
    private static let all = ofCalibration.union(["quantity", "probe", "supersedes", "reason"])

    private static func setChannel(
        of fields: inout CalibrationFields, _ json: JSON
    ) throws(CommandRefusal) {
        if let quantity = json["quantity"] {
            fields.quantity = try choice(
                quantity, "quantity", Quantity.allCases.map { ($0.name, $0) })
        }
        if let probe = json["probe"] {
            guard let number = probe.integer.flatMap(UInt8.init(exactly:)) else {
                throw .invalid(field: "probe", reason: "it must be a whole number from 0 to 255")
            }
            fields.probe = number
        }
    }

    private static func setSuperseded(
        of fields: inout CalibrationFields, _ json: JSON
    ) throws(CommandRefusal) {
        if let supersedes = json["supersedes"] {
            guard let number = supersedes.integer.flatMap(UInt32.init(exactly:)) else {
                throw .invalid(field: "supersedes", reason: "it must be a calibration's number")
            }
            fields.supersedes = CalibrationNumber(number)
        }
        if let reason = json["reason"] { fields.reason = try words(reason, "reason") }
        guard (fields.supersedes == nil) == (fields.reason == nil) else {
            throw .invalid(
                field: fields.reason == nil ? "reason" : "supersedes",
                reason: "supersedes and reason are given together")
        }
    }

    private static func calibration(_ json: JSON) throws(CommandRefusal) -> Calibration {
        Calibration(
            madeAt: try instant(try required(json, "madeAt"), "madeAt"),
            dueAt: try instant(try required(json, "dueAt"), "dueAt"),
            method: try words(try required(json, "method"), "method"),
            reference: try words(try required(json, "reference"), "reference"),
            laboratory: try optionalWords(json, "laboratory"),
            certificate: try optionalWords(json, "certificate"),
            table: try table(try required(json, "points")),
            uncertainty: try uncertainty(try required(json, "uncertainty")))
    }

    private static func required(_ json: JSON, _ field: String) throws(CommandRefusal) -> JSON {
        guard let value = json[field] else {
            throw .invalid(field: field, reason: "it is required")
        }
        return value
    }

    private static func optionalWords(
        _ json: JSON, _ field: String
    ) throws(CommandRefusal) -> String? {
        guard let value = json[field] else { return nil }
        return try words(value, field)
    }

    private static func words(_ value: JSON, _ field: String) throws(CommandRefusal) -> String {
        let text = try text(value, field)
        guard (1...longestText).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 0x20 })
        else {
            throw .invalid(
                field: field,
                reason: "it must be 1 to \(longestText) bytes without control characters")
        }
        return text
    }

    private static func table(_ json: JSON) throws(CommandRefusal) -> ErrorTable {
        guard let list = json.array else {
            throw .invalid(field: "points", reason: "it must be an array of points")
        }
        guard list.count <= ErrorTable.mostPoints else {
            throw .invalid(
                field: "points", reason: ErrorTableFault.tooMany(list.count).description)
        }
        var points: [ErrorTable.Point] = []
        for (index, element) in list.enumerated() { points.append(try point(element, index)) }
        do throws(ErrorTableFault) {
            return try ErrorTable(points)
        } catch {
            throw .invalid(field: "points", reason: error.description)
        }
    }

    private static func point(
        _ json: JSON, _ index: Int
    ) throws(CommandRefusal) -> ErrorTable.Point {
        let indicated = json["indicated"]?.double
        let error = json["error"]?.double
        guard let members = json.members, members.count == 2,
            let reference = json["reference"]?.double, (indicated == nil) != (error == nil)
        else {
            throw .invalid(
                field: "points",
                reason: "point \(index): it must be {\"reference\":…,\"indicated\":…} or "
                    + "{\"reference\":…,\"error\":…} in °C, where the error is indicated less "
                    + "reference")
        }
        return ErrorTable.Point(
            reference: reference, indicated: indicated ?? reference + (error ?? .nan))
    }

    private static func uncertainty(
        _ json: JSON
    ) throws(CommandRefusal) -> CalibrationUncertainty {
        guard let members = json.members, members.count == 2,
            let expanded = json["expanded"]?.double, let factor = json["coverageFactor"]?.double,
            let uncertainty = CalibrationUncertainty(expanded: expanded, coverageFactor: factor)
        else {
            throw .invalid(
                field: "uncertainty",
                reason: "it must be {\"expanded\":…,\"coverageFactor\":…}: above 0 and up to "
                    + "\(CalibrationUncertainty.largest) K, and 1 to 4")
        }
        return uncertainty
    }
}
