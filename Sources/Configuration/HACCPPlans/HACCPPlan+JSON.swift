package import ColdChain
package import Wire

extension HACCPPlan {
    /// The plan as data, the members of each object in the order of their names. Written without
    /// spaces it is the canonical form (RFC 8785) that the plan's hash is made of: it holds whole
    /// numbers, truths and texts without control characters only.
    package var json: JSON {
        JSON.sorted([
            ("id", .string(id)), ("version", .integer(Int64(version))),
            ("edition", .string(edition)), ("title", .string(title)), ("author", .string(author)),
            ("approvedBy", approval?.json), ("scope", .string(scope)), ("product", product.json),
            ("steps", .array(steps.map(\.json))), ("hazards", .array(hazards.map(\.json))),
            ("controlPoints", .array(controlPoints.map(\.json))), ("causes", .texts(causes)),
            ("verification", .array(verifications.map(\.json))),
            ("records", .array(records.map(\.json))),
        ])
    }
}

extension JSON {
    /// An object with its members sorted; a member that is nil is left out.
    fileprivate static func sorted(_ members: [(String, JSON?)]) -> JSON {
        .object(
            members.compactMap { name, value in value.map { Member(name, $0) } }
                .sorted { $0.name < $1.name })
    }

    fileprivate static func texts(_ texts: [String]) -> JSON { .array(texts.map { .string($0) }) }
}

extension HACCPPlan.Approval {
    fileprivate var json: JSON {
        .sorted([("name", .string(name)), ("role", .string(role)), ("on", .string(day))])
    }
}

extension HACCPPlan.Product {
    fileprivate var json: JSON {
        .sorted([
            ("description", .string(description)), ("packaging", .string(packaging)),
            ("intendedUse", .string(intendedUse)), ("consumers", .string(consumers)),
        ])
    }
}

extension HACCPPlan.Step {
    fileprivate var json: JSON {
        .sorted([
            ("id", .string(id)), ("name", .string(name)), ("description", .string(description)),
        ])
    }
}

extension HACCPPlan.Basis {
    fileprivate var json: JSON {
        .sorted([
            ("rule", rule.map { .string($0) }), ("source", .string(source)),
            ("isVerified", .bool(isVerified)),
        ])
    }
}

extension HACCPPlan.Hazard {
    fileprivate var json: JSON {
        .sorted([
            ("id", .string(id)), ("kind", .string(kind.rawValue)),
            ("description", .string(description)), ("step", .string(step)),
            ("severity", .string(severity.rawValue)),
            ("likelihood", .string(likelihood.rawValue)), ("control", .string(control)),
            ("controlPoints", .texts(controlPoints)),
            ("prerequisite", prerequisite.map { .string($0) }), ("basis", basis.json),
        ])
    }
}

extension HACCPPlan.ControlPoint {
    fileprivate var json: JSON {
        .sorted([
            ("id", .string(id)), ("name", .string(name)), ("step", .string(step)),
            ("foodClasses", .texts(foodClasses.map(\.name))),
            ("furtherLimits", .texts(furtherLimits)), ("monitoring", monitoring.json),
            ("correctiveActions", .array(correctiveActions.map(\.json))),
        ])
    }
}

extension HACCPPlan.Monitoring {
    fileprivate var json: JSON {
        .sorted([
            ("by", .string(by.rawValue)), ("what", .string(what)), ("how", .string(how)),
            ("frequency", .string(frequency)), ("who", .string(who)),
        ])
    }
}

extension HACCPPlan.PlannedAction {
    fileprivate var json: JSON {
        .sorted([
            ("when", .string(when)), ("dispositions", .texts(dispositions)),
            ("instruction", .string(instruction)), ("basis", basis?.json),
        ])
    }
}

extension HACCPPlan.Verification {
    fileprivate var json: JSON {
        let everyDays: Int?
        let workingDays: Int?
        switch due {
        case .everyDays(let days): (everyDays, workingDays) = (days, nil)
        case .withinWorkingDays(let days): (everyDays, workingDays) = (nil, days)
        }
        return .sorted([
            ("id", .string(id)), ("kind", .string(kind.rawValue)), ("task", .string(task)),
            ("who", .string(who)), ("everyDays", everyDays.map { .integer(Int64($0)) }),
            ("withinWorkingDays", workingDays.map { .integer(Int64($0)) }), ("basis", basis.json),
        ])
    }
}

extension HACCPPlan.Record {
    fileprivate var json: JSON {
        .sorted([
            ("id", .string(id)), ("what", .string(what)), ("table", .string(table)),
            ("endpoint", endpoint.map { .string($0) }), ("export", export.map { .string($0) }),
            ("retention", .string(retention.rawValue)),
        ])
    }
}
