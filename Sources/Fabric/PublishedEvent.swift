package import ColdChain

/// An event that may be told, because what it says is durable.
package struct PublishedEvent: Equatable, Sendable {
    /// The event's number in the log for the record class; nil for the state class.
    package var number: UInt64?
    package var event: Event

    package init(number: UInt64?, event: Event) {
        self.number = number
        self.event = event
    }
}
