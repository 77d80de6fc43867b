internal import CodecMessages
internal import System

/// One life of the codec program: from its start until it is killed or has died.
final class CodecProgram {
    struct NotStarted: Error {
        let reason: String
    }

    private let process: ChildProcess
    private let stream: LocalStream
    private let progress: SharedCounter
    private let poller: Poller
    private var ready: [Poller.Ready] = []
    private var waitsForWriting = false
    private(set) var hasEnded = false
    /// What has come from it.
    var input: MessageBuffer
    /// The end of its words where it cannot start, in bytes.
    private static let lastWords = 512

    /// Starts the program and waits until it is locked in.
    init(_ settings: CodecSandboxSettings) throws(NotStarted) {
        input = MessageBuffer(longestMessage: CodecBounds.response)
        let words: LocalStream
        do {
            let (own, other) = try LocalStream.pair()
            let (ownWords, otherWords) = try LocalStream.pair()
            // Open until the program has them; closed then, so that its end is seen here.
            defer { withExtendedLifetime((other, otherWords)) {} }
            progress = try SharedCounter()
            poller = try Poller(capacity: 1)
            process = try ChildProcess(
                path: settings.program,
                // No words of the Swift runtime on a crash: the program may read no file then.
                environment: ["SWIFT_BACKTRACE=enable=no"],
                descriptors: [
                    other.descriptor, otherWords.descriptor, otherWords.descriptor,
                    progress.descriptor ?? other.descriptor,
                ])
            stream = own
            words = ownWords
            try poller.watch(own.descriptor, key: 0)
        } catch {
            throw NotStarted(reason: error.description)
        }
        try begin(settings, words)
    }

    private func begin(
        _ settings: CodecSandboxSettings, _ words: LocalStream
    ) throws(NotStarted) {
        var greeting: [UInt8] = []
        CodecBeginning(
            timeLimitMilliseconds: settings.timeLimitMilliseconds,
            memoryLimitMegabytes: settings.memoryLimitMegabytes, liveCodecs: settings.liveCodecs,
            strikes: settings.strikes, sharesProgress: true
        ).write(to: &greeting)
        var sent = 0
        let limit = Clock.monotonicNanoseconds() &+ settings.startLimit
        while true {
            exchange(greeting, sent: &sent)
            switch input.next() {
            case .message(let place):
                try check(place)
                return
            case .tooLong: throw NotStarted(reason: "\(settings.program) speaks another language")
            case .incomplete: break
            }
            let now = Clock.monotonicNanoseconds()
            guard !hasEnded, now < limit else {
                throw NotStarted(reason: reason(settings, words))
            }
            wait(nanoseconds: limit - now, writing: sent < greeting.count)
        }
    }

    private func check(_ place: Range<Int>) throws(NotStarted) {
        let bytes = input.bytes
        var reader = MessageReader(bytes.span.extracting(place))
        let kind = reader.number(UInt8.self).flatMap(CodecResponse.init(rawValue:))
        switch kind {
        case .ready where reader.number(UInt16.self) == CodecBeginning.version: return
        case .refused:
            throw NotStarted(reason: reader.text(reader.remaining) ?? "")
        default: throw NotStarted(reason: "the codec program is of another version")
        }
    }

    /// What the program, or the loader of its libraries, said before it ended.
    private func reason(_ settings: CodecSandboxSettings, _ words: LocalStream) -> String {
        let end = Self.text(process.kill())
        var said = [UInt8](repeating: 0, count: 64 << 10)
        guard case .moved(let count) = words.receive(into: &said, from: 0) else {
            return "\(settings.program): \(end)"
        }
        return "\(String(decoding: said[..<count].suffix(Self.lastWords), as: UTF8.self)) (\(end))"
    }

    private static func text(_ end: ChildProcess.End) -> String {
        switch end {
        case .exit(let code): "ended with \(code)"
        // The kernel's answer to a system call that is a tool of an escape.
        case .signal(31): "killed for a forbidden system call"
        case .signal(let number): "killed by signal \(number)"
        }
    }

    /// Sends and takes in what can be moved without waiting.
    func exchange(_ output: [UInt8], sent: inout Int) {
        while !hasEnded, sent < output.count {
            switch stream.send(output, from: sent) {
            case .moved(let count): sent += count
            case .wouldWait: return receive()
            case .ended: hasEnded = true
            }
        }
        receive()
    }

    private func receive() {
        var transfer = LocalStream.Transfer.wouldWait
        input.fill { bytes, start in
            transfer = stream.receive(into: &bytes, from: start)
            if case .moved(let count) = transfer { return count }
            return 0
        }
        if transfer == .ended { hasEnded = true }
    }

    /// Waits until something can be moved, or the time is over.
    func wait(nanoseconds: UInt64, writing: Bool) {
        if writing != waitsForWriting {
            waitsForWriting = writing
            // It is watched already, so that only memory could be missing; then it polls.
            try? poller.watch(stream.descriptor, key: 0, forWriting: writing)
        }
        poller.wait(milliseconds: Int32(clamping: nanoseconds / 1_000_000 + 1), into: &ready)
    }

    var identifier: Int32 { process.identifier }

    /// Odd while a call runs; half of it, rounded up, is how many calls have begun.
    var callsBegunAndEnded: UInt64 { progress.load() }

    /// How a life ended.
    struct End {
        var text: String
        /// By SIGKILL: by this process, or by somebody who had nothing against the call that ran.
        var isKill: Bool
    }

    /// Kills it where it has not ended, and answers how it did.
    func end() -> End {
        let end = process.kill()
        return End(text: Self.text(end), isKill: end == .signal(9))
    }
}
