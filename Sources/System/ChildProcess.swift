internal import CLinux
internal import Glibc

/// A program started beside this one. It is ended and reaped at the latest with this value.
package final class ChildProcess {
    /// How a program ended.
    package enum End: Equatable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    package let identifier: Int32
    private var exitCode: Int32?

    /// Starts a program found by `PATH`; its output goes to `outputFile`, or nowhere.
    package init(_ arguments: [String], outputFile: String? = nil) throws(SystemError) {
        let program = arguments.first ?? ""
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let target = outputFile ?? "/dev/null"
        unsafe posix_spawn_file_actions_addopen(
            &actions, STDOUT_FILENO, target, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        identifier = try unsafe Self.spawn(program, arguments, actions, environ)
    }

    /// Starts the program at `path` with an environment of these variables only.
    ///
    /// - Parameter descriptors: They become 0, 1, 2 … of the program, in this order, and stay open
    ///   here. It inherits no others, where all are made close-on-exec, as here.
    package init(
        path: String, environment: [String] = [], descriptors: [Int32]
    ) throws(SystemError) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        // Copies beyond the numbers that are given out, so that none is overwritten on the way.
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for (number, descriptor) in descriptors.enumerated() {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, Int32(descriptors.count))
            guard copy >= 0 else { throw SystemError.last("copy a descriptor") }
            copies.append(copy)
            unsafe posix_spawn_file_actions_adddup2(&actions, copy, Int32(number))
        }
        var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
        defer { unsafe variables.forEach { unsafe free($0) } }
        identifier = try unsafe Self.spawn(path, [path], actions, &variables)
    }

    private static func spawn(
        _ program: String, _ arguments: [String], _ actions: posix_spawn_file_actions_t,
        _ environment: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    ) throws(SystemError) -> Int32 {
        var actions = unsafe actions
        // A daemon's threads block the signals it takes by descriptor; the child must not.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // A group of its own: Ctrl-C in the terminal reaches this process, which ends the child.
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        unsafe posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))
        let words = unsafe arguments.map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        var identifier: pid_t = 0
        let code = unsafe posix_spawnp(
            &identifier, program, &actions, &attributes, words + [nil], environment)
        guard code == 0 else {
            let reason = unsafe strerror(code).map { unsafe String(cString: $0) } ?? "\(code)"
            throw SystemError(operation: "start \(program)", reason: reason)
        }
        return identifier
    }

    deinit {
        terminate(patienceMilliseconds: 1_000)
    }

    package var isRunning: Bool {
        guard exitCode == nil else { return false }
        var status: Int32 = 0
        guard unsafe waitpid(identifier, &status, WNOHANG) == identifier else { return true }
        exitCode = status
        return false
    }

    /// How it ended; nil while it runs.
    package var end: End? {
        guard !isRunning, let exitCode else { return nil }
        let signal = exitCode & 0x7f
        return signal == 0 ? .exit((exitCode >> 8) & 0xff) : .signal(signal)
    }

    /// Ends it by force, where it has not ended by itself, and answers how it ended.
    package func kill() -> End {
        if isRunning {
            Glibc.kill(identifier, SIGKILL)
            var status: Int32 = 0
            while unsafe waitpid(identifier, &status, 0) != identifier && errno == EINTR {}
            exitCode = status
        }
        return end ?? .signal(SIGKILL)
    }

    /// Asks it to end, and ends it by force where it has not after `patienceMilliseconds`.
    package func terminate(patienceMilliseconds: Int) {
        guard isRunning else { return }
        Glibc.kill(identifier, SIGTERM)
        for _ in 0..<max(patienceMilliseconds / 10, 1) {
            guard isRunning else { return }
            Clock.sleep(milliseconds: 10)
        }
        Glibc.kill(identifier, SIGKILL)
        var status: Int32 = 0
        if unsafe waitpid(identifier, &status, 0) == identifier { exitCode = status }
    }
}

extension Clock {
    /// Lets the calling thread sleep.
    package static func sleep(milliseconds: Int64) {
        sleep(nanoseconds: UInt64(clamping: milliseconds) * 1_000_000)
    }

    package static func sleep(nanoseconds: UInt64) {
        var time = timespec(
            tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
        var rest = timespec()
        while unsafe nanosleep(&time, &rest) != 0 && errno == EINTR { time = rest }
    }
}

/// Ports of the loopback address that nobody listens on.
package enum FreePort {
    package static func isFree(_ port: UInt16) -> Bool {
        (try? bound(to: port)) != nil
    }

    package static func find() throws(SystemError) -> UInt16 {
        try bound(to: 0)
    }

    /// Binds the port for a moment, any free one for 0, and answers which it was.
    private static func bound(to wanted: UInt16) throws(SystemError) -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemError.last("socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = unsafe withUnsafeMutablePointer(to: &address) { pointer -> UInt16? in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe bind(descriptor, generic, length) == 0,
                    unsafe getsockname(descriptor, generic, &length) == 0
                else { return nil }
                return unsafe UInt16(bigEndian: pointer.pointee.sin_port)
            }
        }
        guard let port else { throw SystemError.last("bind a loopback port") }
        return port
    }
}
