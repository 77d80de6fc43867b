internal import Glibc

/// Where one thread leaves values for another, a batch at a time.
///
/// The owner of the mailbox sets `wake` to what wakes its loop; it is called once for a batch that
/// arrives in an empty mailbox. Both sides keep the memory of their arrays.
///
/// `@unchecked Sendable`: `waiting` and `isClosed` are touched only while `lock` is held.
package final class Mailbox<Element: Sendable>: @unchecked Sendable {
    @usableFromInline internal var waiting: [Element] = []
    @usableFromInline internal let lock = MutexLock()
    @usableFromInline internal let capacity: Int
    @usableFromInline internal let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - capacity: How many values may wait; `send` refuses what does not fit.
    ///   - wake: Wakes the receiving loop; called on the sending thread.
    package init(capacity: Int, wake: @escaping @Sendable () -> Void) {
        self.capacity = capacity
        self.wake = wake
    }

    /// Leaves the values, all or none.
    ///
    /// - Returns: False where they do not fit; nothing was left then.
    @inlinable
    @discardableResult
    package func send(_ values: [Element]) -> Bool {
        if values.isEmpty { return true }
        lock.lock()
        let fits = values.count <= capacity - waiting.count
        let wasEmpty = waiting.isEmpty
        if fits { waiting.append(contentsOf: values) }
        lock.unlock()
        if fits && wasEmpty { wake() }
        return fits
    }

    @discardableResult
    package func send(_ value: Element) -> Bool {
        send([value])
    }

    /// Puts everything that waits into `values`, which is emptied first.
    @inlinable
    package func receive(into values: inout [Element]) {
        values.removeAll(keepingCapacity: true)
        lock.lock()
        swap(&values, &waiting)
        lock.unlock()
    }
}

/// A mutual exclusion lock of the operating system, at a fixed address.
///
/// `@unchecked Sendable`: the pointer is set once and what it points to is only ever handed to the
/// pthread functions, which are made to be called from any thread.
@usableFromInline
@safe internal final class MutexLock: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    @usableFromInline
    internal init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
    }

    deinit {
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    @usableFromInline
    internal func lock() {
        unsafe pthread_mutex_lock(mutex)
    }

    @usableFromInline
    internal func unlock() {
        unsafe pthread_mutex_unlock(mutex)
    }
}
