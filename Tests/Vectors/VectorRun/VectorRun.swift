import Glibc
import System

/// Runs a file of test vectors through the product's own decoding, and prints for each one whether
/// the log would hold what the vector expects.
///
///     VectorRun FILE [EXCEPTIONS]
///
/// A file is a JSON array of `{id, format, device, input, expected}`. The exceptions are lines of
/// an identity and a reason: vectors that are known not to pass. The exit code is 1 where another
/// one fails, or where an exception passes and is one no more.
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
            let vectors = try Vector.read(file)
            let exceptions = try arguments.dropFirst().first.map(Exceptions.init) ?? Exceptions()
            exit(try run(vectors, exceptions) ? 0 : 1)
        } catch {
            StandardStream.error.write("\(file): \(error)\n")
            exit(2)
        }
    }

    private static func run(_ vectors: [Vector], _ exceptions: Exceptions) throws -> Bool {
        let folder = try CodecFolder()
        var trial = try Trial()
        var report = Report(exceptions)
        for vector in vectors {
            let verdict = trial.run(vector)
            if case .waiting = verdict, folder != nil { continue }
            report.note(vector.id, vector.format, vector.device, verdict)
        }
        folder?.run(vectors, isDecodedAlready: { !Trial.needsCodec($0) }, into: &report)
        report.printTable()
        return report.isSound
    }
}
