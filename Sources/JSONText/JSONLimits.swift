/// What reading one JSON text may cost.
package struct JSONLimits: Equatable, Sendable {
    /// Length of the text in bytes. Reading takes up to six times as much memory.
    package var maximumBytes: Int
    /// How many arrays and objects may lie inside each other.
    package var maximumDepth: Int
    /// How many rows an array of rows may hold.
    package var maximumRows: Int

    /// 1 MiB holds a day of a device's readings at one a second in the generic form; what is
    /// deeper than 64 levels or longer than 10,000 rows is no device's message.
    package static let standard = JSONLimits(
        maximumBytes: 1 << 20, maximumDepth: 64, maximumRows: 10_000)

    package init(maximumBytes: Int, maximumDepth: Int, maximumRows: Int) {
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumRows = maximumRows
    }
}
