extension Configuration {
    /// Where orders are to be delivered, which the log keeps sealed.
    package struct Places: Equatable, Sendable {
        /// Nil: beside the store.
        package var keyFile: String?

        package init() {}
    }
}

extension Configuration.Places: Section {
    static let keys: [Key<Self>] = [
        Key(
            "key_file", \.keyFile, .writtenFile, example: "/etc/freshwire/place-keys",
            """
            The keys that places of delivery are sealed with, made where there are none; where \
            unset, beside the store, which elsewhere is safer.
            """)
    ]
}
