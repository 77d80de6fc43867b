import Glibc

/// A program that a test runs. It does not outlive the value.
///
/// `@unchecked Sendable`: `identifier` never changes; the rest is touched by the test that made
/// it, one call at a time.
package final class ChildProcess: @unchecked Sendable {
    package enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    package struct NotStarted: Error, CustomStringConvertible {
        package let description: String
    }

    package struct StillRunning: Error, CustomStringConvertible {
        package let description: String
    }

    /// Its process identifier, which stays its own until it has been waited for.
    package let identifier: Int32
    private let name: String
    private var end: End?
    /// Descriptors that a test program has; more of them would only make pipes live longer.
    private static let inheritable: Range<Int32> = 3..<256

    /// - Parameters:
    ///   - output: the file that standard output and standard error go to; nil discards both.
    ///   - errors: the file that standard error goes to, where it is another.
    package init(
        _ program: String, _ arguments: [String] = [], output: String? = nil, errors: String? = nil
    ) throws(NotStarted) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, output ?? "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if let errors {
            unsafe posix_spawn_file_actions_addopen(
                &actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        // A pipe that another program reads would stay open as long as this one runs.
        for descriptor in Self.inheritable {
            unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        // The test's threads may block or ignore signals; the program shall not.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
        var words: [UnsafeMutablePointer<CChar>?] = unsafe ([program] + arguments).map {
            unsafe strdup($0)
        }
        unsafe words.append(nil)
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let code = unsafe posix_spawnp(&identifier, program, &actions, &attributes, words, environ)
        guard code == 0 else { throw NotStarted(description: "\(program): error \(code)") }
        self.identifier = identifier
        name = program
    }

    deinit {
        if end == nil {
            Glibc.kill(identifier, SIGKILL)
            reap(0)
        }
    }

    package var isRunning: Bool {
        if end == nil { reap(WNOHANG) }
        return end == nil
    }

    package func send(signal: Int32) {
        if isRunning { Glibc.kill(identifier, signal) }
    }

    /// Waits for the program's end; kills it where it takes longer.
    @discardableResult
    package func wait(atMost limit: Duration = .seconds(30)) throws(StillRunning) -> End {
        let inTime = eventually(within: limit) { !isRunning }
        if let end, inTime { return end }
        Glibc.kill(identifier, SIGKILL)
        reap(0)
        throw StillRunning(description: "\(name) did not end within \(limit)")
    }

    private func reap(_ options: Int32) {
        var status: Int32 = 0
        guard unsafe waitpid(identifier, &status, options) == identifier else { return }
        let signal = status & 0x7f
        end = signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal)
    }
}

/// Asks again and again until the answer is yes or the time is over; says which.
package func eventually(
    within limit: Duration = .seconds(10), _ isSo: () throws -> Bool
) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try isSo() { return true }
        guard ContinuousClock.now < deadline else { return false }
        usleep(5_000)
    }
}
