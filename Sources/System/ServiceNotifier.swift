internal import CLinux
internal import Glibc

/// Tells systemd how the service is, by the protocol of `sd_notify`: datagrams to the socket named
/// in `NOTIFY_SOCKET`. Without that variable every call does nothing.
package struct ServiceNotifier: Sendable {
    private let path: String?
    /// How often `watchdog` must be sent, in milliseconds: half of `WATCHDOG_USEC`. Nil where the
    /// service is not watched.
    package let watchdogIntervalMilliseconds: Int64?

    package init() {
        path = Environment.value("NOTIFY_SOCKET")
        watchdogIntervalMilliseconds =
            Environment.value("WATCHDOG_USEC").flatMap { Int64($0) }.map { $0 / 2000 }
    }

    package func ready() { send("READY=1") }
    package func reloading() {
        send("RELOADING=1\nMONOTONIC_USEC=\(Clock.monotonicNanoseconds() / 1000)")
    }
    package func stopping() { send("STOPPING=1") }
    package func watchdog() { send("WATCHDOG=1") }
    package func status(_ text: String) { send("STATUS=\(text)") }

    private func send(_ message: String) {
        guard let path, !path.isEmpty else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard name.count < capacity else { return }
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let bytes = Array(message.utf8)
        _ = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe sendto(
                    descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), generic, length)
            }
        }
    }
}
