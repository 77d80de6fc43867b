/// The candidate that `name` was most probably meant to be, or nil where none is near.
///
/// Near is an edit distance of at most a third of the longer name, or one edit in a short name.
package func nearestName(to name: String, among candidates: some Sequence<String>) -> String? {
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
        let length = max(name.utf8.count, candidate.utf8.count)
        guard length > 1 else { continue }
        let limit = max(1, length / 3)
        let distance = editDistance(name, candidate, limit: limit)
        guard distance <= limit, distance < best?.distance ?? .max else { continue }
        best = (candidate, distance)
    }
    return best?.candidate
}

/// Asks whether a name was meant: `did you mean 'brokers'?`; nil where none is near.
package func didYouMean(_ name: String?) -> String? { name.map { "did you mean '\($0)'?" } }

/// The same, to be put behind a sentence: ` (did you mean 'brokers'?)`, or nothing.
package func didYouMeanAside(_ name: String?) -> String {
    didYouMean(name).map { " (\($0))" } ?? ""
}

/// How many insertions, deletions, replacements and swaps of neighbours turn `first` into `second`,
/// upper and lower case being the same; more than `limit` counts as `limit` + 1.
package func editDistance(_ first: String, _ second: String, limit: Int) -> Int {
    let first = Array(first.lowercased().utf8)
    let second = Array(second.lowercased().utf8)
    // Also the bound on the work that a hostile key can cause.
    guard abs(first.count - second.count) <= limit else { return limit + 1 }
    var beforeLast: [Int] = []
    var last = Array(0...second.count)
    for row in 1..<(first.count + 1) {
        var current = [row]
        for column in 1..<(second.count + 1) {
            let isSame = first[row - 1] == second[column - 1]
            var distance = min(
                last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
            if row > 1, column > 1, first[row - 1] == second[column - 2],
                first[row - 2] == second[column - 1]
            {
                distance = min(distance, beforeLast[column - 2] + 1)
            }
            current.append(distance)
        }
        beforeLast = last
        last = current
    }
    return min(last[second.count], limit + 1)
}
