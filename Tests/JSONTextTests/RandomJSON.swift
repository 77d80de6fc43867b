import Wire

/// Random values and random ways to write them, the same for the same seed.
struct RandomJSON {
    var source: SplitMix64

    init(seed: UInt64) { source = SplitMix64(state: seed) }

    mutating func value(depth: Int = 0) -> JSON {
        switch Int.random(in: 0..<(depth < 6 ? 9 : 6), using: &source) {
        case 0: .null
        case 1: .bool(.random(using: &source))
        case 2: .integer(integer())
        case 3, 4: .number(number())
        case 5: .string(string())
        case 6: .array((0..<count()).map { _ in value(depth: depth + 1) })
        default:
            .object((0..<count()).map { _ in JSON.Member(string(), value(depth: depth + 1)) })
        }
    }

    private mutating func count() -> Int { .random(in: 0...5, using: &source) }

    private mutating func integer() -> Int64 {
        Int64(truncatingIfNeeded: source.next()) >> Int64.random(in: 0..<64, using: &source)
    }

    /// Any finite number with a fraction, or one beyond what `integer` holds.
    private mutating func number() -> Double {
        while true {
            let candidate =
                Bool.random(using: &source)
                ? Double(bitPattern: source.next())
                : Double(Int.random(in: -1_000_000...1_000_000, using: &source)) / 1000
            let isWhole = candidate == candidate.rounded() && candidate.magnitude < 0x1p63
            if candidate.isFinite, !isWhole { return candidate }
        }
    }

    private mutating func string() -> String {
        let scalars = (0..<Int.random(in: 0...12, using: &source)).compactMap { _ in
            let ceiling: UInt32 = Bool.random(using: &source) ? 0x7F : 0x10FFFF
            return Unicode.Scalar(UInt32.random(in: 0...ceiling, using: &source))
        }
        return String(String.UnicodeScalarView(scalars))
    }

    /// Writes a value in one of the many ways JSON allows: space between the tokens, escapes
    /// that need not be.
    mutating func text(_ value: JSON) -> String {
        switch value {
        case .null: pad("null")
        case .bool(let truth): pad(truth ? "true" : "false")
        case .integer(let whole): pad("\(whole)")
        case .number(let number): pad("\(number)")
        case .string(let text): pad(quoted(text))
        case .array(let elements):
            pad(
                "[" + elements.map { text($0) }.joined(separator: ",")
                    + (elements.isEmpty ? " ]" : "]"))
        case .object(let members):
            pad(
                "{"
                    + members.map { pad(quoted($0.name)) + ":" + text($0.value) }
                    .joined(separator: ",") + "}")
        }
    }

    private mutating func pad(_ token: String) -> String {
        space() + token + space()
    }

    private mutating func space() -> String {
        let count = Int.random(in: -2...2, using: &source)
        guard count > 0 else { return "" }
        return (0..<count).map { _ in [" ", "\n", "\t", "\r"].randomElement(using: &source) ?? "" }
            .joined()
    }

    private mutating func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            let mustEscape = scalar.value < 0x20 || scalar == "\"" || scalar == "\\"
            if mustEscape || Int.random(in: 0..<8, using: &source) == 0 {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16, uppercase: .random(using: &source))
                    quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
