import CodecSandbox
import Glibc
import System

/// CPU microseconds a message, in this process and the codec program together:
/// `CodecBench <folder of codecs> [messages]`. Prints `name together own wall` for each codec.
@main
enum CodecBench {
    private static let frames: [(name: String, port: UInt8, frame: [UInt8])] = [
        ("climate", 2, [0xCB, 0xA4, 0xF8, 0xAE, 0x02, 0x67, 0x01, 0x08, 0x98, 0x7F, 0xFF]),
        (
            "channels", 85,
            [1, 0x75, 0x5C, 3, 0x67, 0x22, 1, 4, 0x68, 0x6A, 5, 0, 0, 6, 0x7D, 5, 0]
        ),
        (
            "tracker", 3,
            [
                0x02, 0xF5, 0xA1, 0xB0, 0x0A, 0x1D, 0x2F, 0x80, 0x00, 0x7B, 0x01, 0x0E, 0xF8, 0xAE,
                0x0C, 0xE4, 0x00, 0x00, 0x0E, 0x10,
            ]
        ),
    ]
    /// Messages of one turn of the engine, when it is busy.
    private static let turn = 500

    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, let program = CodecProcess.programBesideThisOne else {
            print("usage: CodecBench <folder of codecs> [messages]")
            exit(2)
        }
        let messages = arguments.count > 2 ? Int(arguments[2]) ?? 100_000 : 100_000
        for (name, port, frame) in frames {
            do {
                let source = try File.read("\(arguments[1])/\(name).js")
                try measure(program, name, source, port, frame, messages)
            } catch {
                print("\(name): \(error)")
                exit(1)
            }
        }
    }

    private struct Failed: Error {
        let reason: String
    }

    /// The codec program ends with the value of this function, and its time counts as ours then.
    private static func measure(
        _ program: String, _ name: String, _ source: [UInt8], _ port: UInt8, _ frame: [UInt8],
        _ messages: Int
    ) throws(Failed) {
        // Once with few messages, for what the start costs, and once with many.
        let idle = try run(program, source, port, frame, messages: turn)
        let busy = try run(program, source, port, frame, messages: messages + turn)
        let together = (busy.together - idle.together) / Double(messages)
        let own = (busy.own - idle.own) / Double(messages)
        let wall = (busy.wall - idle.wall) / Double(messages)
        print(name, together, own, wall)
    }

    private struct Cost {
        /// Microseconds of CPU in both processes, in this one, and of the clock.
        var together = 0.0
        var own = 0.0
        var wall = 0.0
    }

    private static func run(
        _ program: String, _ source: [UInt8], _ port: UInt8, _ frame: [UInt8], messages: Int
    ) throws(Failed) -> Cost {
        let ownBefore = cpu(RUSAGE_SELF.rawValue)
        let othersBefore = cpu(RUSAGE_CHILDREN.rawValue)
        let clock = Clock.monotonicNanoseconds()
        var cost = Cost()
        do {
            let process = CodecProcess(CodecSandboxSettings(program: program))
            guard case .compiled = process.load(codec: 1, source: source) else {
                throw Failed(reason: "the codec does not load: \(process.availability)")
            }
            var answers = CodecAnswers()
            var frame = frame
            for first in stride(from: 0, to: messages, by: turn) {
                for index in first..<min(first + turn, messages) {
                    frame[3] = UInt8(truncatingIfNeeded: index)
                    process.begin(
                        codec: 1, port: port, receivedMilliseconds: 1_700_000_000_000,
                        bytes: frame)
                }
                process.finish(deadline: .max, into: &answers)
            }
            guard process.counters.data == messages else {
                throw Failed(reason: "not all was decoded: \(process.counters)")
            }
            cost.wall = Double(Clock.monotonicNanoseconds() - clock) / 1e3
        }
        cost.own = cpu(RUSAGE_SELF.rawValue) - ownBefore
        cost.together = cost.own + cpu(RUSAGE_CHILDREN.rawValue) - othersBefore
        return cost
    }

    private static func cpu(_ whose: __rusage_who_t) -> Double {
        var usage = rusage()
        unsafe getrusage(whose, &usage)
        return Double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6
            + Double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec)
    }
}
