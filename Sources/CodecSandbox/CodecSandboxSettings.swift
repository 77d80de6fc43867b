/// How codecs are run, and what is done about those that misbehave.
package struct CodecSandboxSettings: Equatable, Sendable {
    /// The codec program, `freshwire-codecs`.
    package var program: String
    /// CPU time of one call, in milliseconds: ten thousand times what the benchmark's codecs take,
    /// and little enough that some that never end do not use up a turn.
    package var timeLimitMilliseconds: UInt32 = 200
    /// Memory for codecs beside the engine's own, in megabytes: some hundred codecs at 0.5 MB each,
    /// and room for their garbage.
    package var memoryLimitMegabytes: UInt32 = 256
    /// Codecs that are held compiled; the others are compiled again when called, in about 1 ms.
    package var liveCodecs: UInt16 = 128
    /// Calls in a row that ended by a limit or with the program, after which a codec is suspended.
    package var strikes: UInt16 = 3
    /// How long such a codec is not called, in nanoseconds.
    package var suspension: UInt64 = 300_000_000_000
    /// How long the program may go without finishing a call, in nanoseconds, before it is killed:
    /// well above the time limit, which is CPU time and only ends what the engine can interrupt, so
    /// that a good call is not blamed on a machine that is busy elsewhere.
    package var stallLimit: UInt64 = 2_000_000_000
    /// How long the program may take until it is locked in, in nanoseconds.
    package var startLimit: UInt64 = 5_000_000_000
    /// How often the program is started, and after which pauses.
    package var starts = StartBudget.Settings()

    package init(program: String) {
        self.program = program
    }
}

/// When the codec program may be started: at once after a single death, later after many.
package struct StartBudget: Equatable, Sendable {
    package struct Settings: Equatable, Sendable {
        /// So many starts within `period` are free.
        package var free = 10
        /// In nanoseconds.
        package var period: UInt64 = 10_000_000_000
        /// The first pause, which doubles each time, and the longest, in nanoseconds.
        package var firstPause: UInt64 = 1_000_000_000
        package var longestPause: UInt64 = 60_000_000_000

        package init() {}
    }

    private let settings: Settings
    private var recent: [UInt64] = []
    private var pause: UInt64
    private var notBefore: UInt64 = 0

    package init(_ settings: Settings) {
        self.settings = settings
        pause = settings.firstPause
    }

    /// Whether the program may be started now; a yes counts as a start.
    package mutating func take(now: UInt64) -> Bool {
        guard now >= notBefore else { return false }
        recent.removeAll { now &- $0 > settings.period }
        if recent.isEmpty, now &- notBefore > settings.longestPause { pause = settings.firstPause }
        guard recent.count < settings.free else {
            failed(now: now)
            return false
        }
        recent.append(now)
        return true
    }

    /// Notes that the program could not be started: the next pause begins.
    package mutating func failed(now: UInt64) {
        notBefore = now &+ pause
        pause = min(pause &* 2, settings.longestPause)
        recent.removeAll()
    }
}
