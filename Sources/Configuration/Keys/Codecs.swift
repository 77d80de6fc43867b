extension Configuration {
    /// The program that runs vendors' codecs, and what it does about those that misbehave.
    package struct Codecs: Equatable, Sendable {
        /// Nil: `freshwire-codecs` beside the running program.
        package var program: String?
        /// CPU time of one call: ten thousand times what the benchmark's codecs take.
        package var timeLimit = Duration.milliseconds(200)
        /// In bytes, for the codecs of all profiles.
        package var memoryLimit = 256 << 20
        /// Calls in a row that were cut off, after which a codec is suspended.
        package var strikes = 3
        package var suspension = Duration.seconds(300)

        package init() {}
    }
}

extension Configuration.Codecs: Section {
    static let keys: [Key<Self>] = [
        Key(
            "program", \.program, .program, example: "/usr/libexec/freshwire-codecs",
            "The program that runs the codecs; freshwire-codecs beside this program if not set."),
        Key(
            "time_limit", \.timeLimit, .duration(.milliseconds(1) ... .seconds(1)),
            "How long a codec may compute for one message; one that takes longer is cut off."),
        Key(
            "memory_limit", \.memoryLimit, .size(64 << 20...4 << 30),
            "How much memory all codecs together may take."),
        Key(
            "strikes", \.strikes, .integer(1...100),
            "How often in a row a codec may be cut off before it is suspended."),
        Key(
            "suspension", \.suspension, .duration(.seconds(1) ... .seconds(86_400)),
            "How long such a codec is not called; its messages are dead letters meanwhile."),
    ]
}
