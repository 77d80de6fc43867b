import Wire

/// Where two JSON values differ, apart from the order of members and the last bits of numbers.
enum JSONDifference {
    /// How far two numbers may be apart, relative to the larger one beyond 1.
    private static let tolerance = 1e-9
    /// So many are told; one that differs everywhere needs no full list.
    private static let most = 8

    /// In words, each with its path from `name`.
    static func all(_ found: JSON, from expected: JSON, name: String) -> [String] {
        var differences: [String] = []
        compare(found, expected, name, &differences)
        return differences
    }

    private static func compare(
        _ found: JSON, _ expected: JSON, _ path: String, _ differences: inout [String]
    ) {
        guard differences.count < most else { return }
        switch (found, expected) {
        case (.object(let foundMembers), .object(let expectedMembers)):
            for member in expectedMembers {
                guard let value = found[member.name] else {
                    differences.append("\(path).\(member.name) is missing")
                    continue
                }
                compare(value, member.value, "\(path).\(member.name)", &differences)
            }
            for member in foundMembers where expected[member.name] == nil {
                differences.append("\(path).\(member.name) is not expected")
            }
        case (.array(let foundElements), .array(let expectedElements)):
            guard foundElements.count == expectedElements.count else {
                differences.append(
                    "\(path) has \(foundElements.count) elements instead of "
                        + "\(expectedElements.count)")
                return
            }
            for (index, pair) in zip(foundElements, expectedElements).enumerated() {
                compare(pair.0, pair.1, "\(path)[\(index)]", &differences)
            }
        default:
            guard !isSame(found, expected) else { return }
            differences.append("\(path) is \(found.text) instead of \(expected.text)")
        }
    }

    private static func isSame(_ found: JSON, _ expected: JSON) -> Bool {
        guard let first = found.double, let second = expected.double else {
            return found == expected
        }
        let size = max(1, max(first.magnitude, second.magnitude))
        return (first - second).magnitude <= tolerance * size
    }
}
