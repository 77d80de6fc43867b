import CodecSandbox
import ColdChain
import DeviceCodecs
import JSONText
import System
import Wire

/// Runs one codec over its author's examples.
final class CodecTrial {
    /// An example, and what came of it.
    struct Outcome: Sendable {
        var example: CodecExample
        /// The JSON text of the data; nil where there was none.
        var json: [UInt8]?
        /// What differs from what the example says; empty where it passes.
        var differences: [String]
    }

    private let process: CodecProcess
    private var answers = CodecAnswers()
    private static let codec: UInt32 = 1
    /// How long a call may take before the program is killed, in nanoseconds: above the time that
    /// the program itself gives it.
    private static let callLimit: UInt64 = 5_000_000_000

    init(_ source: [UInt8], _ settings: CodecSandboxSettings) throws(ImportError) {
        process = CodecProcess(settings)
        switch process.load(codec: Self.codec, source: source) {
        case .compiled: break
        case .refused(let refusal): throw ImportError("the codec is refused: \(refusal)")
        case .waiting(let reason): throw ImportError("codecs cannot be run: \(reason)")
        }
    }

    func run(_ example: CodecExample) -> Outcome {
        let answer = call(
            example.bytes, port: example.port,
            receivedMilliseconds: example.receivedMilliseconds
                ?? Profile.usualReceipt.milliseconds)
        switch (answer, example.expected) {
        case (.data, .errors):
            return Outcome(
                example: example, differences: ["there is data, though errors are expected"])
        case (.data, .data(let expected)): return compare(example, expected)
        case (.errors, .errors): return Outcome(example: example, differences: [])
        case (.errors(let words), .data):
            return Outcome(
                example: example,
                differences: ["the codec reports: \(words.joined(separator: "; "))"])
        case (.failed(let failure), _):
            return Outcome(example: example, differences: ["the call failed: \(failure)"])
        }
    }

    private func compare(_ example: CodecExample, _ expected: JSON) -> Outcome {
        let text = answers.json(0).map { Array($0) } ?? []
        guard let found = try? JSONText.parse(text) else {
            return Outcome(example: example, differences: ["the answer cannot be read"])
        }
        return Outcome(
            example: example, json: text,
            differences: JSONDifference.all(found, from: expected, name: "data"))
    }

    /// For the examples of a profile.
    func answer(to call: CodecCall, receivedAt: Timestamp) throws(DecodingFailure) -> [UInt8] {
        try answer(
            to: CodecFrame(
                bytes: call.frame, port: UInt8(clamping: call.port), receivedAt: receivedAt))
    }

    /// The JSON text of the data that the codec makes of a frame.
    func answer(to frame: CodecFrame) throws(DecodingFailure) -> [UInt8] {
        let received = frame.receivedAt ?? Profile.usualReceipt
        let answer = call(
            frame.bytes, port: frame.port, receivedMilliseconds: received.milliseconds)
        if let json = answers.json(0) { return Array(json) }
        switch answer {
        case .failed(let failure): throw DecodingFailure(failure)
        case .errors(let words):
            throw DecodingFailure(.codecReportedErrors, detail: words.joined(separator: "; "))
        case .data: throw DecodingFailure(.codecAnswerUnusable, detail: "there is no answer")
        }
    }

    private func call(
        _ bytes: [UInt8], port: UInt8, receivedMilliseconds: Int64
    ) -> CodecAnswer {
        process.begin(
            codec: Self.codec, port: port, receivedMilliseconds: receivedMilliseconds, bytes: bytes)
        process.finish(
            deadline: Clock.monotonicNanoseconds() &+ Self.callLimit, into: &answers)
        return answers[0]
    }
}
