import DecodeProperties
import FormatProperties
import FuzzSeeds
import RealtimeProperties

/// What mutants are given to. Kept over all of them, as the daemon keeps what it works with.
protocol Subject: AnyObject {
    func check(_ input: Span<UInt8>)
}

/// A subject by its name, with the fuzzer whose seeds it takes.
struct NamedSubject {
    let subject: any Subject
    let fuzzer: String
    let mutants: Mutants

    /// Nil where none has the name.
    ///
    /// - Parameter chance: Of the mutants.
    init?(_ name: String, chance: UInt64) throws {
        let isWanted: ([UInt8]) -> Bool
        switch name {
        case "decode":
            (subject, fuzzer) = (try Decoding(), "FuzzDecode")
            isWanted = { !$0.isEmpty }
        case "realtime":
            (subject, fuzzer) = (try Realtime(), "FuzzRealtime")
            isWanted = { !$0.isEmpty }
        case "sabotage":
            (subject, fuzzer) = (Sabotage(), "FuzzFormats")
            isWanted = { $0.count >= 2 }
        default:
            guard let number = FormatProperties.names.firstIndex(of: name) else { return nil }
            (subject, fuzzer) = (try Formats(), "FuzzFormats")
            isWanted = { $0.count >= 2 && Int($0[0]) == number }
        }
        let seeds = try FuzzSeeds.seeds(of: fuzzer).filter(isWanted)
        guard !seeds.isEmpty else { return nil }
        mutants = Mutants(of: seeds, keeping: 1, chance: chance)
    }
}

private final class Formats: Subject {
    private var properties: FormatProperties

    init() throws { properties = try FormatProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

private final class Decoding: Subject {
    private var properties: DecodeProperties

    init() throws { properties = try DecodeProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

private final class Realtime: Subject {
    private var properties: RealtimeProperties

    init() throws { properties = try RealtimeProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

/// Holds for few inputs: what the test of the tests needs.
private final class Sabotage: Subject {
    func check(_ input: Span<UInt8>) {
        precondition(input.count < 400, "sabotage: no input is long")
    }
}
