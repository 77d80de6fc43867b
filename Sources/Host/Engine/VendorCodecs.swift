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
    /// The profiles that wait for the program: none is used before its examples have been tried.
    private var waiting: Set<ProfileNumber> = []
    private let profiles: [Profile]
    /// Calls that were begun and not finished.
    private var open = 0
    private var log: Log?
    /// The profiles whose codec was not taken, with the reason.
    private(set) var refused: [(profile: String, reason: String)] = []

    /// Loads the codecs, and tries the examples of their profiles; a codec whose examples fail is
    /// not used. Nil where no profile has a codec.
    ///
    /// - Parameter only: The profiles that are asked for; nil for all.
    init?(
        _ catalogue: ProfileCatalogue, _ settings: CodecSandboxSettings,
        only: Set<ProfileNumber>? = nil
    ) {
        let numbers = catalogue.profiles.indices.filter { number in
            catalogue.profiles[number].codec != nil
                && only?.contains(ProfileNumber(rawValue: number)) ?? true
        }
        guard !numbers.isEmpty else { return nil }
        process = CodecProcess(settings)
        profiles = catalogue.profiles
        for number in numbers { load(ProfileNumber(rawValue: number)) }
    }

    private func load(_ number: ProfileNumber) {
        let profile = profiles[number.rawValue]
        guard let source = profile.codec else { return }
        waiting.remove(number)
        switch process.load(codec: number.codec, source: source) {
        case .compiled: tryExamples(of: profile, number)
        case .refused(let refusal): refuse(profile, "\(refusal)")
        case .waiting(let reason): wait(number, reason)
        }
    }

    private func tryExamples(of profile: Profile, _ number: ProfileNumber) {
        let difference = profile.failingExample {
            (call, receivedAt) throws(DecodingFailure) in
            var call = call
            call.profile = number
            return try self.answer(to: call, receivedAt: receivedAt)
        }
        guard let difference else { return }
        if case .unavailable(let reason) = process.availability { return wait(number, reason) }
        process.forget(codec: number.codec)
        refuse(profile, difference)
    }

    private func refuse(_ profile: Profile, _ reason: String) {
        refused.append((profile.id, reason))
        log?.error("codec refused", ["profile": profile.id, "reason": reason])
    }

    private func wait(_ number: ProfileNumber, _ reason: String) {
        obstacle = reason
        waiting.insert(number)
        process.forget(codec: number.codec)
    }

    /// Loads the codec of a profile that waits, where the program can be started by now.
    private func resume(_ number: ProfileNumber) {
        load(number)
        guard !waiting.contains(number) else { return }
        log?.info("profile waits no more", ["profile": profiles[number.rawValue].id])
    }

    /// `profiles a/b, c/d wait: REASON`; nil where none does.
    var waitingText: String? {
        guard let obstacle, !waiting.isEmpty else { return nil }
        let names = waiting.map { profiles[$0.rawValue].id }.sorted().joined(separator: ", ")
        return waiting.count == 1
            ? "profile \(names) waits: \(obstacle)" : "profiles \(names) wait: \(obstacle)"
    }

    /// Makes one call by itself, and answers the JSON text of its data.
    func answer(to call: CodecCall, receivedAt: Timestamp) throws(DecodingFailure) -> [UInt8] {
        let number = begin(call, receivedAt: receivedAt)
        finish()
        return try answer(number)
    }

    var counters: CodecCounters { process.counters }

    /// Begins a call; `finish` answers it under the number that is answered here.
    func begin(_ call: CodecCall, receivedAt: Timestamp) -> Int {
        // Trying its examples would end calls that are under way.
        if open == 0, waiting.contains(call.profile) { resume(call.profile) }
        open += 1
        return process.begin(
            codec: call.profile.codec,
            port: UInt8(clamping: min(call.port, Self.largestPort)),
            receivedMilliseconds: receivedAt.milliseconds, bytes: call.frame)
    }

    /// Waits for the answers to all calls that were begun.
    func finish() {
        open = 0
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

extension VendorCodecs {
    /// Says once, at the start, which profiles are not decoded and why; all else goes on.
    func report(to log: Log) {
        self.log = log
        for (profile, reason) in refused {
            log.error("codec refused", ["profile": profile, "reason": reason])
        }
        guard let waitingText else { return }
        log.error(waitingText)
    }
}

extension DecodingFailure {
    init(_ failure: CodecFailure) {
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

extension ProfileNumber {
    /// The number of the profile's codec in the sandbox.
    fileprivate var codec: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}
