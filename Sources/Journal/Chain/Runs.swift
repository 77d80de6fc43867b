/// Rows of one kind whose numbers follow each other.
struct Run: Equatable {
    var kind: RecordKind
    var first: Int64
    var count: Int

    /// Kind, first number, count: 1, 8 and 4 bytes, the least significant first.
    static let byteCount = 13
    /// The most that the four bytes of a count can say.
    static let longest = Int(UInt32.max)

    /// The number after the last.
    var end: Int64 { first + Int64(count) }

    func encode(into bytes: CanonicalBytes) {
        bytes.append(byte: kind.rawValue)
        bytes.append(raw: UInt64(bitPattern: first))
        bytes.append(raw: UInt32(truncatingIfNeeded: count))
    }

    /// Nil where the bytes are no list of runs: a kind that is not known, a run of nothing, a number
    /// that cannot be.
    static func decode(_ bytes: Span<UInt8>) -> [Run]? {
        guard bytes.count.isMultiple(of: byteCount) else { return nil }
        var runs: [Run] = []
        runs.reserveCapacity(bytes.count / byteCount)
        for start in stride(from: 0, to: bytes.count, by: byteCount) {
            var first: UInt64 = 0
            var count = 0
            for place in 0..<8 { first |= UInt64(bytes[start + 1 + place]) << UInt64(8 * place) }
            for place in 0..<4 { count |= Int(bytes[start + 9 + place]) << (8 * place) }
            let number = Int64(bitPattern: first)
            guard let kind = RecordKind(rawValue: bytes[start]), number >= 0, count > 0,
                number <= Int64.max - Int64(count)
            else { return nil }
            runs.append(Run(kind: kind, first: number, count: count))
        }
        return runs
    }

    /// Numbers in ascending order as runs.
    static func runs(of kind: RecordKind, _ numbers: [Int64]) -> [Run] {
        var runs: [Run] = []
        for number in numbers {
            if let last = runs.last, number == last.end, last.count < longest {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(Run(kind: kind, first: number, count: 1))
            }
        }
        return runs
    }
}
