import Synchronization

/// A value that threads take turns with.
package final class Exclusive<Value: Sendable>: Sendable {
    private let storage: Mutex<Value>

    package init(_ value: Value) {
        storage = Mutex(value)
    }

    package var value: Value { storage.withLock { $0 } }

    package func set(_ value: Value) {
        storage.withLock { $0 = value }
    }
}

extension Exclusive {
    /// Takes the value out and leaves nothing.
    package func take<Wrapped>() -> Wrapped? where Value == Wrapped? {
        storage.withLock { stored in
            defer { stored = nil }
            return stored
        }
    }
}
