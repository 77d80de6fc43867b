/// What reading one JSON text may cost.
package struct JSONLimits: Equatable, Sendable {
    /// Length of the text in bytes. Reading it takes up to six times as much memory, a tree of it up
    /// to thirty times.
    package var maximumBytes: Int
    /// How many arrays and objects may lie inside each other; `deepest` at most.
    package var maximumDepth: Int
    /// How many rows an array of rows may hold.
    package var maximumRows: Int

    /// A tree is built and taken down by recursion, for which a thread's stack has to be enough.
    package static let deepest = 512

    /// 10,000 rows are a week of readings, one a minute, and 1 MiB holds as many in the generic
    /// form. No device's message is deeper than 64 levels.
    package static let standard = JSONLimits(
        maximumBytes: 1 << 20, maximumDepth: 64, maximumRows: 10_000)

    package init(maximumBytes: Int, maximumDepth: Int, maximumRows: Int) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumRows = maximumRows
    }
}
