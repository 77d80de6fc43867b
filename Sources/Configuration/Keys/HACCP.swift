extension Configuration {
    /// The HACCP plan.
    package struct HACCP: Equatable, Sendable {
        /// Nil: the plan that comes with Freshwire.
        package var planFile: String?

        package init() {}
    }
}

extension Configuration.HACCP: Section {
    static let keys: [Key<Self>] = [
        Key(
            "plan_file", \.planFile, .file, example: "/etc/freshwire/haccp-plan.yaml",
            isReloadable: true,
            """
            Your own HACCP plan; without it the one that comes with Freshwire, which nobody has \
            approved.
            """)
    ]
}
