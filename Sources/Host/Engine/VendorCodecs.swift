import CodecSandbox
import ColdChain
import DeviceCodecs
import System

/// The vendors' JavaScript of the profiles that need it, run in a process of its own.
///
/// The calls of a turn go out together and come back together, so that one frame does not wait for
/// the other. What a codec does costs its own messages only.
final class VendorCodecs {
    private let process: CodecProcess
    private var answers = CodecAnswers()
    /// How long the calls of one turn may take, in nanoseconds, before the process is killed and
    /// what is open fails. Above what the limits of single calls come to before a codec that is cut
    /// off again and again is suspended.
    private static let turnLimit: UInt64 = 5_000_000_000
    private static let largestPort = 255

    /// Why profiles wait; nil while the program runs, or was not needed yet.
    private(set) var obstacle: String?
    /// The profiles whose codec was not taken, with the reason.
    private(set) var refused: [(profile: String, reason: String)] = []

    /// Nil where no profile has a codec.
    init?(_ catalogue: ProfileCatalogue, _ settings: CodecSandboxSettings) {
        let codecs = catalogue.profiles.enumerated().compactMap { number, profile in
            profile.codec.map { (number: UInt32(number), id: profile.id, source: $0) }
        }
        guard !codecs.isEmpty else { return nil }
        process = CodecProcess(settings)
        for codec in codecs {
            switch process.load(codec: codec.number, source: codec.source) {
            case .compiled: break
            case .refused(let refusal): refused.append((codec.id, "\(refusal)"))
            case .waiting(let reason): obstacle = reason
            }
        }
    }

    var counters: CodecCounters { process.counters }

    /// Begins a call; `finish` answers it under the number that is answered here.
    func begin(_ call: CodecCall, receivedAt: Timestamp) -> Int {
        process.begin(
            codec: UInt32(truncatingIfNeeded: call.profile.rawValue),
            port: UInt8(clamping: min(call.port, Self.largestPort)),
            receivedMilliseconds: receivedAt.milliseconds, bytes: call.frame)
    }

    /// Waits for the answers to all calls that were begun.
    func finish() {
        process.finish(
            deadline: Clock.monotonicNanoseconds() &+ Self.turnLimit, into: &answers)
    }

    /// The JSON text of what a call answered.
    func answer(_ number: Int) throws(DecodingFailure) -> [UInt8] {
        switch answers[number] {
        case .data:
            guard let json = answers.json(number) else {
                throw DecodingFailure(.codecAnswerUnusable, detail: "there is no answer")
            }
            return Array(json)
        case .errors(let words):
            throw DecodingFailure(.codecReportedErrors, detail: words.joined(separator: "; "))
        case .failed(let failure): throw DecodingFailure(failure)
        }
    }
}

extension DecodingFailure {
    fileprivate init(_ failure: CodecFailure) {
        let reason: DecodingReason =
            switch failure {
            case .threw, .noSuchFunction: .codecThrew
            case .timedOut, .deadlinePassed: .codecTimedOut
            case .codecSuspended: .codecSuspended
            case .notAnObject, .tooLarge: .codecAnswerUnusable
            case .sandboxUnavailable, .notLoaded: .codecUnavailable
            case .crashed, .outOfMemory: .codecCrashed
            }
        self.init(reason, detail: "\(failure)")
    }
}
