import CodecSandbox
import Configuration

extension CodecSandboxSettings {
    init(_ codecs: Configuration.Codecs) {
        // Without a place to look at, the search for the bare name fails and says so.
        self.init(
            program: codecs.program ?? CodecProcess.programBesideThisOne ?? "freshwire-codecs")
        timeLimitMilliseconds = UInt32(clamping: codecs.timeLimit.wholeMilliseconds)
        memoryLimitMegabytes = UInt32(clamping: codecs.memoryLimit >> 20)
        strikes = UInt16(clamping: codecs.strikes)
        suspension = UInt64(clamping: codecs.suspension.wholeMilliseconds) &* 1_000_000
    }
}
