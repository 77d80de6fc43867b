internal import CLinux
internal import Glibc

/// The signals that ask a daemon for something.
package enum Request: Sendable {
    /// SIGTERM or SIGINT: end cleanly.
    case stop
    /// SIGHUP: read the configuration again.
    case reload
}

/// Signals as a readable descriptor instead of interruptions.
package final class Signals {
    package let descriptor: Int32

    /// Takes SIGTERM, SIGINT and SIGHUP from now on, and ignores SIGPIPE. To be made on the main
    /// thread before any other thread starts, so that all of them inherit the mask.
    package init() throws(SystemError) {
        var mask = sigset_t()
        unsafe sigemptyset(&mask)
        unsafe sigaddset(&mask, SIGTERM)
        unsafe sigaddset(&mask, SIGINT)
        unsafe sigaddset(&mask, SIGHUP)
        unsafe pthread_sigmask(SIG_BLOCK, &mask, nil)
        signal(SIGPIPE, SIG_IGN)
        descriptor = unsafe signalfd(
            -1, &mask, Int32(SFD_NONBLOCK | SFD_CLOEXEC))
        guard descriptor >= 0 else { throw SystemError.last("signalfd") }
    }

    deinit {
        close(descriptor)
    }

    /// The next request that has come, or nil.
    package func next() -> Request? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        guard unsafe read(descriptor, &information, size) == size else { return nil }
        return Int32(bitPattern: information.ssi_signo) == SIGHUP ? .reload : .stop
    }
}
