/// A codec as the daemon holds it, whatever becomes of the program that runs it.
struct KeptCodec {
    let source: [UInt8]
    /// Calls in a row that were cut off, or that the program died of.
    private(set) var strikes: UInt16 = 0
    private var suspendedUntil: UInt64?

    init(source: [UInt8]) {
        self.source = source
    }

    enum Standing {
        case good
        case suspended
        /// The suspension is over: the program has to be told.
        case pardoned
    }

    mutating func standing(_ now: () -> UInt64) -> Standing {
        guard let suspendedUntil else { return .good }
        guard now() >= suspendedUntil else { return .suspended }
        self.suspendedUntil = nil
        strikes = 0
        return .pardoned
    }

    var isSuspended: Bool { suspendedUntil != nil }

    mutating func strike(limit: UInt16, suspension: UInt64, now: UInt64) {
        strikes += strikes < .max ? 1 : 0
        if strikes >= limit, suspendedUntil == nil { suspendedUntil = now &+ suspension }
    }

    mutating func forgive() {
        strikes = 0
    }
}
