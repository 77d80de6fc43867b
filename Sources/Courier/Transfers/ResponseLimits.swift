/// What an answer may cost us; a receiver is no friend.
enum ResponseLimits {
    /// The beginning of the body that is kept for the operator, in bytes.
    static let excerptBytes = 1024
    /// A longer body is cut off and its connection closed, in bytes; a shorter one is read to its
    /// end so that the connection can be used again.
    static let bodyBytes = 65_536
    /// All header lines together, in bytes.
    static let headerBytes = 16_384
    /// The longest `Retry-After` that can mean anything, in bytes: an RFC 850 date has 33.
    static let retryAfterBytes = 64
}
