import CodecMessages
import Confinement
import Glibc
import System

/// Runs vendors' JavaScript codecs for the daemon, locked in before it sees the first of them.
///
/// Descriptor 0 is one end of a socket pair (or a pipe, with 1 the way back), descriptor 3 the page
/// that shows which call runs, where the daemon has announced one.
@main
enum Program {
    /// Descriptors that the engine's helpers may need beside the ones that are open.
    private static let descriptors: UInt64 = 64
    /// Addresses that may be taken without memory behind them: stacks of helpers and the like.
    private static let addressSlack = 256 << 20

    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let stream = BlockingStream(isOnePair: BlockingStream.inputIsSocket)
        Confinement.closeDescriptors(from: 4)
        guard let beginning = readBeginning(stream) else { exit(2) }
        for (name, value) in EngineEnvironment.variables(
            memoryLimitMegabytes: beginning.memoryLimitMegabytes)
        {
            Environment.set(name, value)
        }
        do {
            try converse(stream, beginning)
        } catch {
            refuse(stream, "\(error)")
        }
    }

    private static func readBeginning(_ stream: BlockingStream) -> CodecBeginning? {
        while true {
            switch stream.nextMessage() {
            case .message(let place):
                let input = stream.input
                var reader = MessageReader(input.span.extracting(place))
                guard reader.number(UInt8.self) == CodecRequest.begin.rawValue else { return nil }
                return CodecBeginning(&reader)
            case .incomplete:
                guard stream.waitForInput() else { return nil }
            case .tooLong: return nil
            }
        }
    }

    private static func converse(
        _ stream: BlockingStream, _ beginning: CodecBeginning
    ) throws {
        let progress = beginning.sharesProgress ? try SharedCounter(taking: 3) : nil
        let meter = try MemoryMeter()
        let allowance = Int(beginning.memoryLimitMegabytes) << 20
        try WarmUp.run(meter: meter)
        silence()
        let guardian = Guard(
            nanoseconds: UInt64(beginning.timeLimitMilliseconds) * 1_000_000,
            memoryLimit: meter.residentBytes() + allowance, meter: meter)
        try Confinement.enter(
            addressSpace: UInt64(meter.addressBytes() + allowance + addressSlack),
            descriptors: descriptors)
        let shelf = Shelf(
            liveLimit: Int(beginning.liveCodecs), strikeLimit: Int(beginning.strikes),
            guardian: guardian)
        Conversation(stream: stream, shelf: shelf, progress: progress).run()
    }

    /// From here on nothing is said on standard output and standard error: nobody reads there, and
    /// a codec that made the engine talk could fill the pipe.
    private static func silence() {
        let nowhere = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nowhere >= 0 else { return }
        // Without a socket, standard output is the way back.
        if BlockingStream.inputIsSocket { dup2(nowhere, 1) }
        dup2(nowhere, 2)
        close(nowhere)
    }

    private static func refuse(_ stream: BlockingStream, _ reason: String) {
        var bytes: [UInt8] = []
        let start = bytes.beginMessage(CodecResponse.refused.rawValue)
        bytes.append(contentsOf: reason.utf8)
        bytes.endMessage(from: start)
        _ = stream.write(&bytes)
    }
}
