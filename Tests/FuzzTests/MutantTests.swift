import FormatProperties
import Foundation
import FuzzSeeds
import TestSupport
import Testing

/// A short run of every fuzzer, without libFuzzer: mutants of the seeds, the same ones each time.
@Suite struct MutantTests {
    /// Takes a debug build less than 2 s on one core, also for the slowest format.
    private static let count = 20_000
    /// For a person who wants others.
    private static let chance = ProcessInfo.processInfo.environment["FRESHWIRE_FUZZ_SEED"] ?? "1"

    private static let subjects = FormatProperties.names + ["decode", "realtime"]

    @Test("B-8, W-2: the properties hold for mutants of the seeds", arguments: subjects)
    func mutants(_ subject: String) throws {
        let failure = try Failure(of: subject, chance: Self.chance, count: Self.count)
        #expect(failure == nil, "\(failure?.description ?? "")")
    }

    @Test("A mutant that fails is named by its number and bytes, and fails again by itself")
    func sabotage() throws {
        let failure = try #require(
            try Failure(of: "sabotage", chance: Self.chance, count: Self.count))
        #expect(failure.words.contains("sabotage: no input is long"), "\(failure)")
        #expect(failure.again.contains("sabotage: no input is long"), "\(failure)")
        let command = failure.input.split(separator: " ")
        try #require(command.count == 8, "\(failure)")
        #expect(command[0] == "echo" && command[1].count >= 800, "\(failure)")
        #expect(
            command[7].hasPrefix("Tests/Fuzz/FuzzFormats/failures/sabotage-"), "\(failure)")
    }

    @Test("Mutants are the same for the same number and chance, and differ for others")
    func sameMutants() {
        let seeds = [Array("\u{1}abc 123 def".utf8), Array("\u{1}{\"a\":4.5}".utf8)]
        let mutants = Mutants(of: seeds, keeping: 1, chance: 7)
        let same = Mutants(of: seeds, keeping: 1, chance: 7)
        let other = Mutants(of: seeds, keeping: 1, chance: 8)
        let numbers = 0..<500
        #expect(numbers.allSatisfy { mutants[$0] == same[$0] })
        #expect(numbers.allSatisfy { mutants[$0].first == 1 && mutants[$0].count <= 4_096 })
        #expect(Set(numbers.map { mutants[$0] }).count > 250)
        #expect(numbers.filter { mutants[$0] == other[$0] }.count < 50)
    }

    @Test("An input of nothing but its kept bytes has mutants too")
    func emptySeed() {
        let mutants = Mutants(of: [[1]], keeping: 1, chance: 1)
        #expect((0..<100).allSatisfy { mutants[$0].count >= 1 && mutants[$0][0] == 1 })
    }
}

/// What a run of mutants ended with.
private struct Failure: CustomStringConvertible {
    var number: Int
    var end: String
    /// What the program said, of all mutants and of the one by itself.
    var words: String
    var again: String
    /// The command that keeps the input.
    var input: String
    var subject: String
    var chance: String

    var description: String {
        """
        \(subject): mutant \(number) of seed \(chance) ended by \(end)
        \(words)
        once more: MutantRun \(subject) \(chance) \(number)
        to keep it: \(input)
        """
    }

    /// Nil where all properties hold for all mutants.
    init?(of subject: String, chance: String, count: Int) throws {
        let folder = TemporaryDirectory()
        let progress = folder.file("progress")
        let whole = try Self.run([subject, chance, "\(count)", progress], folder)
        guard whole.end != "exit(0)" else { return nil }
        let bytes = (try? Data(contentsOf: URL(filePath: progress))) ?? Data()
        number = bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
        let one = try Self.run([subject, chance, "\(number)"], folder)
        end = whole.end
        // The trace of the stack that may follow is better had of the one mutant in a debugger.
        words = whole.errors.split(separator: "\n").first.map(String.init) ?? whole.output
        again = one.errors.split(separator: "\n").first.map(String.init) ?? one.output
        input = one.output.split(separator: "\n").first.map(String.init) ?? one.output
        self.subject = subject
        self.chance = chance
    }

    private static func run(
        _ arguments: [String], _ folder: TemporaryDirectory
    ) throws -> (end: String, output: String, errors: String) {
        // The backtracer takes seconds, and says nothing that the words of a property do not.
        let process = try ChildProcess(
            "env", ["SWIFT_BACKTRACE=enable=no", BuiltProgram.path("MutantRun")] + arguments,
            output: folder.file("output"), errors: folder.file("errors"))
        let end: String
        do {
            end = "\(try process.wait(atMost: .seconds(120)))"
        } catch {
            end = error.description
        }
        return (end, folder.read("output"), folder.read("errors"))
    }
}
