import ColdChain
import DeviceCodecs
import Glibc
import JSONText
import System
import Wire

/// Runs a file of test vectors through the product's own decoding, and prints for each one whether
/// the log would hold what the vector expects.
///
///     VectorRun FILE [EXCEPTIONS]
///
/// A file is a JSON array of `{id, format, device, input, expected}`. The exceptions are lines of
/// an identity and a reason: vectors that are known not to pass. The exit code is 1 where another
/// one fails, or where an exception passes and is one no more.
@main
struct VectorRun {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let file = arguments.first else {
            StandardStream.error.write("usage: VectorRun FILE [EXCEPTIONS]\n")
            exit(2)
        }
        do {
            let vectors = try Vector.read(file)
            let exceptions = try arguments.dropFirst().first.map(Exceptions.init) ?? Exceptions()
            exit(try run(vectors, exceptions) ? 0 : 1)
        } catch {
            StandardStream.error.write("\(file): \(error)\n")
            exit(2)
        }
    }

    private static func run(_ vectors: [Vector], _ exceptions: Exceptions) throws -> Bool {
        var trial = try Trial()
        var counts: [String: (passed: Int, failed: Int, excepted: Int, skipped: Int)] = [:]
        var isSound = true
        for vector in vectors {
            let verdict = trial.run(vector)
            let reason = exceptions.reasons[vector.id]
            var count = counts[vector.format] ?? (0, 0, 0, 0)
            switch (verdict, reason) {
            case (.passed, nil):
                count.passed += 1
                print("pass \(vector.id) \(vector.format) \(vector.device)")
            case (.passed, .some):
                count.failed += 1
                isSound = false
                print("FAIL \(vector.id) \(vector.format) passes: it is no exception any more")
            case (.failed(let words), nil):
                count.failed += 1
                isSound = false
                print("FAIL \(vector.id) \(vector.format) \(vector.device): \(words)")
            case (.failed(let words), let reason?):
                count.excepted += 1
                print("except \(vector.id) \(vector.format): \(reason) (\(words))")
            case (.notTried(let words), _):
                count.skipped += 1
                print("skip \(vector.id) \(vector.format) \(vector.device): \(words)")
            }
            counts[vector.format] = count
        }
        print("\nformat                 pass  fail  except  skip")
        for (format, count) in counts.sorted(by: { $0.key < $1.key }) {
            print(
                padded(format, 22), padded("\(count.passed)", 5), padded("\(count.failed)", 5),
                padded("\(count.excepted)", 7), count.skipped)
        }
        return isSound
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(width - text.count, 0))
    }
}

/// What came of one vector.
enum Verdict {
    case passed
    case failed(String)
    /// Nothing of it is for the product to decode; why.
    case notTried(String)
}

/// Vectors that are known not to pass.
struct Exceptions {
    var reasons: [String: String] = [:]

    init() {}

    init(file: String) throws(SystemError) {
        let text = String(decoding: try File.read(file, limit: 1 << 20), as: UTF8.self)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { reasons[String(words[0])] = String(words[1]) }
        }
    }
}
