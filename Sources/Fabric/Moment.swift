package import ColdChain

/// An instant as both of the host's clocks tell it.
package struct Moment: Equatable, Sendable {
    /// What messages and token lifetimes are dated by.
    package var wall: Timestamp
    /// Milliseconds of a clock that is never set: silence and rates are measured by it, so that a
    /// step of the wall clock closes nobody.
    package var uptime: Int64

    package init(wall: Timestamp, uptime: Int64) {
        self.wall = wall
        self.uptime = uptime
    }
}
