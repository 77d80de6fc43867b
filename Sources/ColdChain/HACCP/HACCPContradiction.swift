/// Why a HACCP plan cannot be used: its parts do not fit each other.
package struct HACCPContradiction: Error, Equatable, Sendable {
    /// The lists of a plan; the raw value is the list's key in a file.
    package enum List: String, Hashable, Sendable {
        case steps, hazards, verification, records
        case controlPoints = "control_points"
    }

    /// Where the contradiction stands.
    package enum Place: Equatable, Sendable {
        /// At a key of the plan itself.
        case plan(String)
        /// At a key of an element of a list; nil where it is the element as a whole.
        case element(List, Int, key: String?)
    }

    package var place: Place
    /// One sentence that says what does not fit.
    package var message: String
    /// What was probably meant has to be one of these; empty where nothing is to be chosen from.
    package var choices: [String] = []
    /// The name that is none of `choices`.
    package var name = ""
}

extension HACCPContradiction: CustomStringConvertible {
    package var description: String { message }
}

extension HACCPPlan {
    func checkNames() throws(HACCPContradiction) {
        try checkIDs(.steps, steps.map(\.id))
        try checkIDs(.hazards, hazards.map(\.id))
        try checkIDs(.controlPoints, controlPoints.map(\.id))
        try checkIDs(.verification, verifications.map(\.id))
        try checkIDs(.records, records.map(\.id))
    }

    private func checkIDs(
        _ list: HACCPContradiction.List, _ ids: [String]
    ) throws(HACCPContradiction) {
        guard !ids.isEmpty else {
            throw HACCPContradiction(
                place: .plan(list.rawValue), message: "'\(list.rawValue)' is empty")
        }
        var seen: Set<String> = []
        for (index, id) in ids.enumerated() where !seen.insert(id).inserted {
            throw HACCPContradiction(
                place: .element(list, index, key: "id"), message: "'\(id)' is there twice")
        }
    }

    func checkReferences() throws(HACCPContradiction) {
        let steps = steps.map(\.id)
        let points = controlPoints.map(\.id)
        for (index, hazard) in hazards.enumerated() {
            try check(hazard.step, in: steps, "step", .element(.hazards, index, key: "step"))
            for point in hazard.controlPoints {
                try check(
                    point, in: points, "control point",
                    .element(.hazards, index, key: "control_points"))
            }
            guard !hazard.controlPoints.isEmpty || hazard.prerequisite != nil else {
                throw HACCPContradiction(
                    place: .element(.hazards, index, key: nil),
                    message: "nothing keeps '\(hazard.id)' down: it needs 'control_points' or a"
                        + " 'prerequisite'")
            }
        }
        for (index, point) in controlPoints.enumerated() {
            try check(point.step, in: steps, "step", .element(.controlPoints, index, key: "step"))
            guard hazards.contains(where: { $0.controlPoints.contains(point.id) }) else {
                throw HACCPContradiction(
                    place: .element(.controlPoints, index, key: nil),
                    message: "no hazard names the control point '\(point.id)'")
            }
        }
    }

    func checkWords() throws(HACCPContradiction) {
        for (index, point) in controlPoints.enumerated() {
            guard !point.foodClasses.isEmpty else {
                throw HACCPContradiction(
                    place: .element(.controlPoints, index, key: "food_classes"),
                    message: "'\(point.id)' is for no class of food")
            }
            guard !point.correctiveActions.isEmpty else {
                throw HACCPContradiction(
                    place: .element(.controlPoints, index, key: "corrective_actions"),
                    message: "'\(point.id)' says nothing of what to do when its limit is not kept")
            }
            for disposition in point.correctiveActions.flatMap(\.dispositions) {
                try check(
                    disposition, in: CorrectiveWords.dispositions, "disposition",
                    .element(.controlPoints, index, key: "corrective_actions"))
            }
        }
        for cause in causes {
            try check(cause, in: CorrectiveWords.causes, "cause", .plan("causes"))
        }
        for (index, task) in verifications.enumerated() {
            let days =
                switch task.due {
                case .everyDays(let days), .withinWorkingDays(let days): days
                }
            guard Verification.days.contains(days) else {
                throw HACCPContradiction(
                    place: .element(.verification, index, key: nil),
                    message: "'\(task.id)' is due in \(days) days, allowed are 1…3650")
            }
        }
    }

    private func check(
        _ name: String, in names: [String], _ noun: String, _ place: HACCPContradiction.Place
    ) throws(HACCPContradiction) {
        guard !names.contains(name) else { return }
        throw HACCPContradiction(
            place: place, message: "there is no \(noun) called '\(name)'", choices: names,
            name: name)
    }
}
