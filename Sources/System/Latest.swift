/// The newest value of something that one thread measures and others look at now and then.
///
/// `@unchecked Sendable`: `value` is touched only while `lock` is held.
package final class Latest<Value: Sendable>: @unchecked Sendable {
    private var value: Value
    private let lock = MutexLock()

    package init(_ value: Value) {
        self.value = value
    }

    package func set(_ value: Value) {
        lock.lock()
        self.value = value
        lock.unlock()
    }

    package func get() -> Value {
        lock.lock()
        defer { lock.unlock() }
        return value
    }
}
