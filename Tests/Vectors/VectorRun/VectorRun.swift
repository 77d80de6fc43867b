import DomainVectors
import Foundation
import System

/// Runs a file of test vectors through the product's own code, and prints what came of each one.
///
///     VectorRun FILE [EXCEPTIONS]
///
/// A file is a JSON array of `{id, format, device, input, expected}`, of which the program says
/// whether the log would hold what is expected, or of `{id, topic, input, expected, tolerance}`, of
/// which it says whether the judging of food finds it; or of both. The exceptions are lines of an
/// identity and a reason: vectors that are known not to pass. The exit code is 1 where another one
/// fails, or where an exception passes and is one no more.
///
/// Vectors that need their vendors' codecs, and the codecs' own examples, are run where the
/// environment names a folder of them.
@main
struct VectorRun {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        guard let file = arguments.first else {
            StandardStream.error.write("usage: VectorRun FILE [EXCEPTIONS]\n")
            exit(2)
        }
        do {
            let bytes = try File.read(file, limit: Vector.longestFile)
            let vectors = try Vector.read(bytes)
            let domain = try DomainVector.all(in: Data(bytes))
            guard !vectors.isEmpty || !domain.isEmpty else {
                StandardStream.error.write("\(file) holds no vectors\n")
                exit(2)
            }
            let exceptions = try arguments.dropFirst().first.map(Exceptions.init) ?? Exceptions()
            exit(try run(vectors, domain, exceptions) ? 0 : 1)
        } catch {
            StandardStream.error.write("\(file): \(error)\n")
            exit(2)
        }
    }

    private static func run(
        _ vectors: [Vector], _ domain: [DomainVector], _ exceptions: Exceptions
    ) throws -> Bool {
        let folder = try CodecFolder()
        var trial = try Trial()
        var report = Report(exceptions)
        for vector in vectors {
            let verdict = trial.run(vector)
            if case .waiting = verdict, folder != nil { continue }
            report.note(vector.id, vector.format, vector.device, verdict)
        }
        folder?.run(vectors, isDecodedAlready: { !Trial.needsCodec($0) }, into: &report)
        for vector in domain {
            switch vector.outcome {
            case .passed(let notCompared):
                let words =
                    notCompared.isEmpty ? "" : "without " + notCompared.joined(separator: ", ")
                report.note(vector.id, vector.topic, words, .passed)
            case .failed(let words): report.note(vector.id, vector.topic, "", .failed(words))
            }
        }
        report.printTable()
        return report.isSound
    }
}
