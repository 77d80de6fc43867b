package import ColdChain
package import Wire

/// What a command tells of a hand-over.
package struct CheckpointFields: Equatable, Sendable {
    package var finding: Checkpoint.Finding
    /// Nil means the receipt of the command.
    package var at: Timestamp?
    /// Whose token it came with.
    package var recordedBy: String

    package init(finding: Checkpoint.Finding, at: Timestamp? = nil, recordedBy: String) {
        self.finding = finding
        self.at = at
        self.recordedBy = recordedBy
    }
}

extension Bridge {
    /// Records a hand-over of an order, also of one that is final: what was found at delivery is
    /// written down after it.
    mutating func checkpoint(
        _ id: String, _ fields: CheckpointFields, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> CommandAnswer {
        guard let number = book.number(of: id), let order = book[number] else {
            throw .unknownOrder(id)
        }
        let at = fields.at ?? now
        let age = now.milliseconds(since: at)
        guard age >= -settings.bounds.futureToleranceMilliseconds else {
            throw .invalid(field: "at", reason: "it lies in the future")
        }
        guard age <= settings.bounds.bindingReachMilliseconds else {
            throw .invalid(field: "at", reason: "it lies too far in the past")
        }
        if let bag = fields.finding.bag,
            !book.custody(ofBag: bag).contains(where: { $0.order == number })
        {
            throw .invalid(field: "bagId", reason: "this bag has not carried order \(id)")
        }
        last.checkpoint += 1
        let checkpoint = Checkpoint(
            number: last.checkpoint, order: number, at: at, recordedAt: now,
            recordedBy: fields.recordedBy, finding: fields.finding)
        effects.records.checkpoints.append(checkpoint)
        return .checkpoint(checkpoint, order: order)
    }
}

extension CommandText {
    /// Longer than anybody's name, and than the address of a picture.
    private static let personBytes = 256
    private static let photoBytes = 2_048
    /// A week: whoever means more has mistaken the unit.
    private static let longestDangerMinutes = 10_080.0

    /// The body of `POST /v1/orders/{id}/checkpoints`: `{"kind":…,"at":…,"person":…,"bagId":…,
    /// "temperature":{"site":…,"value":…},"seal":…,"photo":…,"priorDangerMinutes":…}`.
    package static func checkpoint(
        _ json: JSON, order: String, recordedBy: String
    ) throws(CommandRefusal) -> Command {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        guard let kind = json["kind"] else {
            throw .invalid(field: "kind", reason: "it is required")
        }
        let kinds = Checkpoint.Kind.allCases.map { ($0.name, $0) }
        var fields = CheckpointFields(
            finding: Checkpoint.Finding(kind: try choice(kind, "kind", kinds)),
            recordedBy: recordedBy)
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw .invalid(field: member.name, reason: "it stands there twice")
            }
            try set(&fields, member.name, to: member.value)
        }
        return .recordCheckpoint(order: order, fields)
    }

    private static func set(
        _ fields: inout CheckpointFields, _ name: String, to value: JSON
    ) throws(CommandRefusal) {
        switch name {
        case "kind": break
        case "at": fields.at = try instant(value, name)
        case "person": fields.finding.person = try words(value, name, atMost: personBytes)
        case "photo": fields.finding.photo = try words(value, name, atMost: photoBytes)
        case "bagId": fields.finding.bag = try text(value, name)
        case "seal":
            fields.finding.seal = try choice(
                value, name, Checkpoint.Seal.allCases.map { ($0.name, $0) })
        case "temperature": fields.finding.temperature = try temperature(value, name)
        case "priorDangerMinutes":
            guard let minutes = value.double, (0...longestDangerMinutes).contains(minutes) else {
                throw .invalid(field: name, reason: "it must be 0 to 10080, a week")
            }
            fields.finding.priorDangerMinutes = minutes
        default: throw .invalid(field: name, reason: "it is not known here")
        }
    }

    private static func temperature(
        _ json: JSON, _ field: String
    ) throws(CommandRefusal) -> Checkpoint.Temperature {
        guard let members = json.members, members.count == 2, let site = json["site"],
            let celsius = json["value"]?.double,
            Checkpoint.Temperature.plausible.contains(celsius)
        else {
            throw .invalid(
                field: field,
                reason: "it must be {\"site\":…,\"value\":…} with -90 to 150 °C")
        }
        return Checkpoint.Temperature(
            site: try choice(
                site, "site", Checkpoint.Site.allCases.map { ($0.name, $0) }), celsius: celsius)
    }

    private static func words(
        _ value: JSON, _ field: String, atMost limit: Int
    ) throws(CommandRefusal) -> String {
        let text = try text(value, field)
        guard (1...limit).contains(text.utf8.count), !text.utf8.contains(where: { $0 < 0x20 })
        else {
            throw .invalid(
                field: field, reason: "it must be 1 to \(limit) bytes without control characters")
        }
        return text
    }
}
