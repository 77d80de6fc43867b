/// What the daemon tells the codec program.
package enum CodecRequest: UInt8 {
    /// The first: version, time limit, memory limit, contexts, strikes, whether a page is shared.
    case begin = 1
    /// A codec's number and source, to be compiled at once; answered by `loaded`.
    case load = 2
    /// The same, to be compiled when first called; not answered.
    case keep = 3
    /// The number of a codec that is called no more; not answered.
    case forget = 4
    /// Codec, receive time, port, bytes and variables; answered by `decoded`.
    case decode = 5
}

/// What the codec program answers, in the order it was asked.
package enum CodecResponse: UInt8 {
    /// It is locked in and takes codecs; the payload is the version.
    case ready = 1
    /// The codec's number, a `LoadVerdict`, the signature or 0, and a text.
    case loaded = 2
    /// A `DecodeVerdict` and what goes with it.
    case decoded = 3
    /// It could not lock itself in; the payload says why. It ends.
    case refused = 4
}

package enum LoadVerdict: UInt8, Sendable {
    case compiled = 0
    /// The text says what the engine did not like.
    case notCompiled = 1
    case threw = 2
    case timedOut = 3
    case outOfMemory = 4
    case noSuchFunction = 5
}

package enum DecodeVerdict: UInt8, Sendable {
    /// The JSON text is the rest of the message.
    case data = 0
    /// The length of the JSON text in four bytes, the text, and a list of remarks.
    case dataWithWarnings = 1
    /// A list of remarks: their number, and each with its length in two bytes.
    case errors = 2
    /// The text is the rest of the message.
    case threw = 3
    case timedOut = 4
    case outOfMemory = 5
    case noSuchFunction = 6
    case notAnObject = 7
    case tooLarge = 8
    /// The codec has failed too often in a row to be called before it is kept again.
    case suspended = 9
    /// No codec has this number.
    case unknownCodec = 10
}

/// What the codec program is told before all else.
package struct CodecBeginning: Equatable, Sendable {
    /// Both sides come from one build; another number means that one was left behind.
    package static let version: UInt16 = 1

    /// CPU time of one call.
    package var timeLimitMilliseconds: UInt32
    /// Memory the program may take beyond what the engine itself needs.
    package var memoryLimitMegabytes: UInt32
    /// Codecs that are held ready to run; the others are compiled again when called.
    package var liveCodecs: UInt16
    /// Time-outs in a row, or memory limits met, after which a codec is called no more.
    package var strikes: UInt16
    /// Whether descriptor 3 is the page that says which call runs.
    package var sharesProgress: Bool

    package init(
        timeLimitMilliseconds: UInt32, memoryLimitMegabytes: UInt32, liveCodecs: UInt16,
        strikes: UInt16, sharesProgress: Bool
    ) {
        self.timeLimitMilliseconds = timeLimitMilliseconds
        self.memoryLimitMegabytes = memoryLimitMegabytes
        self.liveCodecs = liveCodecs
        self.strikes = strikes
        self.sharesProgress = sharesProgress
    }

    package func write(to bytes: inout [UInt8]) {
        let start = bytes.beginMessage(CodecRequest.begin.rawValue)
        bytes.append(number: Self.version)
        bytes.append(number: timeLimitMilliseconds)
        bytes.append(number: memoryLimitMegabytes)
        bytes.append(number: liveCodecs)
        bytes.append(number: strikes)
        bytes.append(sharesProgress ? 1 : 0)
        bytes.endMessage(from: start)
    }

    /// Reads what stands behind the kind; nil for another version, or what is none.
    package init?(_ reader: inout MessageReader) {
        guard reader.number(UInt16.self) == Self.version,
            let time = reader.number(UInt32.self), let memory = reader.number(UInt32.self),
            let live = reader.number(UInt16.self), let strikes = reader.number(UInt16.self),
            let shares = reader.number(UInt8.self)
        else { return nil }
        self.init(
            timeLimitMilliseconds: time, memoryLimitMegabytes: memory, liveCodecs: live,
            strikes: strikes, sharesProgress: shares == 1)
    }
}

/// What the engine is told by its environment; each is read before the engine's first step.
package enum EngineEnvironment {
    /// The last is the limit up to which the engine lets garbage gather.
    package static func variables(memoryLimitMegabytes: UInt32) -> [(name: String, value: String)] {
        [
            // No compiler to native code: a codec runs for microseconds, and no page need ever be
            // both written and run.
            ("JSC_useJIT", "0"),
            ("JSC_useRegExpJIT", "0"),
            ("JSC_useWasm", "0"),
            // One thread collects: the machine's other cores are the daemon's.
            ("JSC_useConcurrentGC", "0"),
            ("JSC_numberOfGCMarkers", "1"),
            ("JSC_forceRAMSize", String(UInt64(memoryLimitMegabytes) << 20)),
            // Reserves 64 GB of addresses, in which no memory limit would hold.
            ("GIGACAGE_ENABLED", "0"),
            // The same payload has the same times on every host.
            ("TZ", "UTC"),
            ("LANG", "en_US.UTF-8"),
        ]
    }
}
