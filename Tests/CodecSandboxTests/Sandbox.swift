import CodecMessages
import CodecSandbox
import System
import TestSupport
import Testing

/// A real codec program of a test's own.
struct Sandbox {
    let process: CodecProcess

    /// The time is long for what a test expects to end by itself, on a busy machine too.
    static let patience: UInt64 = 60_000_000_000
    static let receivedMilliseconds: Int64 = 1_700_000_000_123

    init(_ change: (inout CodecSandboxSettings) -> Void = { _ in }) {
        var settings = CodecSandboxSettings(program: BuiltProgram.path("freshwire-codecs"))
        // An unoptimised program on a machine that other tests keep busy.
        settings.startLimit = 60_000_000_000
        settings.stallLimit = 20_000_000_000
        change(&settings)
        process = CodecProcess(settings)
    }

    /// A sandbox with one codec, number 1, that compiles.
    init(
        _ source: String, _ change: (inout CodecSandboxSettings) -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        self.init(change)
        try load(1, source, sourceLocation: sourceLocation)
    }

    func load(
        _ codec: UInt32, _ source: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var loading = process.load(codec: codec, source: Array(source.utf8))
        // On a machine that other tests keep busy a load can be cut off; the daemon tries again, too.
        for _ in 0..<5 {
            if case .compiled = loading { break }
            loading = process.load(codec: codec, source: Array(source.utf8))
        }
        guard case .compiled = loading else {
            Issue.record("\(loading)", sourceLocation: sourceLocation)
            throw NotLoaded()
        }
    }

    struct NotLoaded: Error {}

    func begin(_ codec: UInt32 = 1, port: UInt8 = 1, _ bytes: [UInt8] = [1, 2, 3]) {
        process.begin(
            codec: codec, port: port, receivedMilliseconds: Self.receivedMilliseconds,
            bytes: bytes)
    }

    func finish(within time: UInt64 = Self.patience) -> [Answer] {
        var answers = CodecAnswers()
        process.finish(deadline: Clock.monotonicNanoseconds() + time, into: &answers)
        return (0..<answers.count).map { number in
            switch answers[number] {
            case .data(_, let warnings):
                .data(String(decoding: answers.json(number) ?? [], as: UTF8.self), warnings)
            case .errors(let errors): .errors(errors)
            case .failed(let failure): .failed(failure)
            }
        }
    }

    /// One call by itself.
    func decode(_ codec: UInt32 = 1, port: UInt8 = 1, _ bytes: [UInt8] = [1, 2, 3]) -> Answer? {
        begin(codec, port: port, bytes)
        return finish().first
    }
}

/// A `CodecAnswer` with its text.
enum Answer: Equatable {
    case data(String, [String])
    case errors([String])
    case failed(CodecFailure)

    static func data(_ text: String) -> Answer { .data(text, []) }

    var json: String? {
        if case .data(let text, _) = self { return text }
        return nil
    }
}
