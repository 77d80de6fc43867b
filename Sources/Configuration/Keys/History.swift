extension Configuration {
    /// What can be told again to clients that come back.
    package struct History: Equatable, Sendable {
        package var time = Duration.seconds(86_400)
        package var memoryBytes = 64 << 20

        package init() {}
    }
}

extension Configuration.History: Section {
    static let keys: [Key<Self>] = [
        Key(
            "time", \.time, .duration(.seconds(60) ... .seconds(604_800)),
            "For how long records (alerts, changes of orders) can be told again to a client that "
                + "comes back."),
        Key(
            "memory_bytes", \.memoryBytes, .size(1 << 20...16 << 30),
            "How many bytes of them are kept in memory; older ones are read from the log."),
    ]
}
