import FuzzSeeds
import Glibc
import System
import Wire

/// Gives mutants of a fuzzer's seeds to one format's properties. One that does not hold stops the
/// program, so each subject has a process of its own.
///
///     MutantRun SUBJECT SEED COUNT FILE    checks mutants; FILE says which one is being checked
///     MutantRun SUBJECT SEED NUMBER        prints the one mutant, and checks it
@main
struct MutantRun {
    static func main() throws {
        let words = CommandLine.arguments.dropFirst().map(\.self)
        guard words.count == 3 || words.count == 4, let chance = UInt64(words[1]),
            let number = Int(words[2]), number >= 0
        else {
            print("usage: MutantRun SUBJECT SEED COUNT FILE | MutantRun SUBJECT SEED NUMBER")
            exit(2)
        }
        guard let named = try NamedSubject(words[0], chance: chance) else {
            print("no subject \(words[0]) with seeds")
            exit(2)
        }
        if words.count == 4 {
            check(named, count: number, progress: words[3])
        } else {
            checkOne(named, number, file: "\(words[0])-\(words[1])-\(words[2])")
        }
    }

    private static func check(_ named: NamedSubject, count: Int, progress file: String) {
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            print("\(file) cannot be written")
            exit(2)
        }
        defer { close(descriptor) }
        for number in 0..<count {
            // As cheap as can be: what is left when the program stops.
            var word = Int64(number).littleEndian
            _ = unsafe pwrite(descriptor, &word, 8, 0)
            named.subject.check(named.mutants[number].span)
        }
    }

    private static func checkOne(_ named: NamedSubject, _ number: Int, file: String) {
        let input = named.mutants[number]
        // Not by `print`, whose buffer is lost where the program stops.
        StandardStream.output.write(
            "echo \(hexadecimal(input)) | xxd -r -p > Tests/Fuzz/\(named.fuzzer)/failures/\(file)\n"
        )
        named.subject.check(input.span)
        print("all properties hold")
    }
}
