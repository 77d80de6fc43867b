internal import Glibc

/// One value that one thread waits for and another one gives, once.
///
/// `@unchecked Sendable`: `value` is touched only while `mutex` is held; the two pointers are set
/// once and what they point to is only handed to the pthread functions.
@safe package final class OneShot<Value: Sendable>: @unchecked Sendable {
    private var value: Value?
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let given: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe mutex.initialize(to: pthread_mutex_t())
        unsafe pthread_mutex_init(mutex, nil)
        unsafe given = .allocate(capacity: 1)
        unsafe given.initialize(to: pthread_cond_t())
        unsafe pthread_cond_init(given, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(given)
        unsafe given.deallocate()
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Gives the value; only the first one counts.
    package func give(_ value: Value) {
        unsafe pthread_mutex_lock(mutex)
        if self.value == nil { self.value = value }
        unsafe pthread_cond_broadcast(given)
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Waits until the value is given.
    package func wait() -> Value {
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        while true {
            if let value { return value }
            unsafe pthread_cond_wait(given, mutex)
        }
    }
}
