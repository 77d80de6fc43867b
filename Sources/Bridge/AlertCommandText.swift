import ColdChain
package import Fabric
package import Wire

extension CommandText {
    /// What can be done about an alert, as the last part of a path.
    package static let staffVerbs = [
        "acknowledge", "assign", "comment", "action", "release", "close", "sign",
    ]

    /// The body of `POST /v1/alerts/{id}/{verb}`.
    ///
    /// - Parameter identity: Who asks. Where their token has a name, a printed name can only be that.
    package static func staffAction(
        _ json: JSON, verb: String, alert: UInt64, by identity: Identity
    ) throws(CommandRefusal) -> Command {
        let body = try StaffBody(json, known: StaffBody.members[verb] ?? [])
        let seen = try body.revision()
        let deed: StaffDeed
        switch verb {
        case "acknowledge": deed = .acknowledge(text: try body.text("text"))
        case "assign": deed = .assign(to: try body.assignee())
        case "comment": deed = .comment(try body.required("text"))
        case "action":
            deed = .act(
                try body.action(
                    disposition: try body.choice(
                        "disposition", Disposition.allCases.map { ($0.name, $0) })))
        case "release":
            deed = .release(
                try body.action(disposition: .release),
                printedName: try body.printedName(identity.personName))
        case "close":
            deed = .close(
                try body.choice("reason", CloseReason.allCases.map { ($0.name, $0) }),
                text: try body.required("text"),
                printedName: try body.printedName(identity.personName))
        case "sign":
            deed = .sign(
                try body.choice("meaning", SignatureMeaning.signable.map { ($0.name, $0) }),
                text: try body.text("text"), printedName: try body.printedName(identity.personName))
        default:
            throw .invalid(field: "path", reason: "\(verb) is nothing to do about an alert")
        }
        return .staff(StaffAction(alert: alert, seen: seen, deed: deed, identity: identity))
    }
}

/// The members of the body of something that is done about an alert.
private struct StaffBody {
    private static let actionMembers = [
        "cause", "text", "productIsolatedAt", "preventRecurrence", "foodTemperature",
    ]
    static let members: [String: Set<String>] = [
        "acknowledge": ["text"],
        "assign": ["assignee"],
        "comment": ["text"],
        "action": Set(actionMembers + ["disposition"]),
        "release": Set(actionMembers + ["printedName"]),
        "close": ["reason", "text", "printedName"],
        "sign": ["meaning", "text", "printedName"],
    ]

    private let json: JSON

    init(_ json: JSON, known: Set<String>) throws(CommandRefusal) {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        var names: Set<String> = []
        for member in members {
            guard names.insert(member.name).inserted else {
                throw .invalid(field: member.name, reason: "it stands there twice")
            }
            guard known.contains(member.name) || member.name == "revision" else {
                throw .invalid(field: member.name, reason: "it is not known here")
            }
        }
        self.json = json
    }

    func revision() throws(CommandRefusal) -> UInt64 {
        guard let number = json["revision"]?.integer, number > 0 else {
            throw .invalid(
                field: "revision",
                reason: "it must be the revision of the alert that you have seen")
        }
        return UInt64(number)
    }

    func text(_ name: String) throws(CommandRefusal) -> String? {
        switch json[name] {
        case nil, .null: nil
        case .string(let text): text
        default: throw .invalid(field: name, reason: "it must be text")
        }
    }

    func required(_ name: String) throws(CommandRefusal) -> String {
        guard let text = try text(name) else {
            throw .invalid(field: name, reason: "it is required")
        }
        return text
    }

    /// Null takes the alert from whoever has it; leaving it out is a mistake.
    func assignee() throws(CommandRefusal) -> String? {
        guard json["assignee"] != nil else {
            throw .invalid(field: "assignee", reason: "it is required; null is nobody")
        }
        return try text("assignee")
    }

    func choice<Value>(
        _ name: String, _ choices: [(name: String, value: Value)]
    ) throws(CommandRefusal) -> Value {
        guard let value = json[name] else { throw .invalid(field: name, reason: "it is required") }
        return try CommandText.choice(value, name, choices)
    }

    func action(disposition: Disposition) throws(CommandRefusal) -> CorrectiveAction {
        CorrectiveAction(
            disposition: disposition,
            cause: try choice("cause", CauseCode.allCases.map { ($0.name, $0) }),
            text: try required("text"), isolatedAt: try instant("productIsolatedAt"),
            recurrencePrevention: try text("preventRecurrence"),
            foodCelsius: try number("foodTemperature"))
    }

    private func instant(_ name: String) throws(CommandRefusal) -> Timestamp? {
        guard let value = json[name], value != .null else { return nil }
        return try CommandText.instant(value, name)
    }

    private func number(_ name: String) throws(CommandRefusal) -> Double? {
        guard let value = json[name], value != .null else { return nil }
        guard let number = value.double else {
            throw .invalid(field: name, reason: "it must be a number")
        }
        return number
    }

    func printedName(_ ofToken: String?) throws(CommandRefusal) -> String {
        let given = try text("printedName")
        guard let ofToken else {
            guard let given else {
                throw .invalid(
                    field: "printedName", reason: "it is required: the token names nobody")
            }
            return given
        }
        guard given == nil || given == ofToken else {
            throw .invalid(field: "printedName", reason: "the token names \(ofToken)")
        }
        return ofToken
    }
}
