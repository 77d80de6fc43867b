import Glibc
import Synchronization

/// One attempt to connect, on a thread of its own, because resolving a name and connecting
/// block (up to about two minutes where packets are swallowed).
///
/// The session starts it, waits until `hasEnded` and then takes the connection. A session that
/// goes away meanwhile leaves the thread to itself: it ends with its attempt and takes what it
/// connected with it, before any CONNECT was sent.
///
/// The thread inherits the signal mask of the thread that starts it.
final class Dialer {
    private let attempt: DialAttempt
    private let thread: pthread_t
    private var isJoined = false

    init(
        _ settings: BrokerSettings, broker: UInt16, readiness: Readiness
    ) throws(DialFailure) {
        attempt = DialAttempt(settings, broker: broker, readiness: readiness)
        let context = unsafe Unmanaged.passRetained(attempt)
        var thread = pthread_t()
        let code = unsafe pthread_create(&thread, nil, runDialAttempt, context.toOpaque())
        guard code == 0 else {
            unsafe context.release()
            self.thread = thread
            isJoined = true
            throw .failed("no thread to connect on: \(words(forErrorNumber: code))")
        }
        self.thread = thread
    }

    deinit {
        if !isJoined { pthread_detach(thread) }
    }

    var hasEnded: Bool { attempt.hasEnded.load(ordering: .acquiring) }

    /// What came of it. Waits for the thread's end, which is at once where `hasEnded`.
    func outcome() -> Result<BrokerConnection, DialFailure> {
        if !isJoined {
            pthread_join(thread, nil)
            isJoined = true
        }
        return attempt.outcome
    }
}

/// What the two threads share.
///
/// `@unchecked Sendable`: `settings`, `broker` and `readiness` never change. `outcome` belongs to
/// the dialing thread until it has ended, and after `pthread_join` to the thread that joined.
private final class DialAttempt: @unchecked Sendable {
    let hasEnded = Atomic(false)
    private(set) var outcome: Result<BrokerConnection, DialFailure> = .failure(.failed("not tried"))
    private let settings: BrokerSettings
    private let broker: UInt16
    private let readiness: Readiness

    init(_ settings: BrokerSettings, broker: UInt16, readiness: Readiness) {
        self.settings = settings
        self.broker = broker
        self.readiness = readiness
    }

    func run() {
        do throws(DialFailure) {
            let connection = try BrokerConnection(settings, broker: broker)
            try connection.dial(settings)
            outcome = .success(connection)
        } catch {
            outcome = .failure(error)
        }
        hasEnded.store(true, ordering: .releasing)
        readiness.wake()
    }
}

private func runDialAttempt(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context = unsafe context {
        unsafe Unmanaged<DialAttempt>.fromOpaque(context).takeRetainedValue().run()
    }
    return nil
}
