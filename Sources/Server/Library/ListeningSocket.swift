import CWebSockets
import Glibc

/// A TCP socket that takes connections, without waiting for any.
@safe
final class ListeningSocket {
    /// What the kernel had.
    enum Accepted {
        /// A descriptor that is the caller's to close.
        case connection(CInt)
        /// A connection that was over before it was taken. There may be others.
        case lost
        case nothing
        /// The reason, as an error number. No connection can be taken until that is over.
        case failure(CInt)
    }

    let descriptor: CInt
    /// The port it was given.
    let port: UInt16

    /// Listens from now on.
    init(address: String, port: UInt16) throws(ServerStartFault) {
        do throws(Refusal) {
            descriptor = try Self.open(address, port)
        } catch {
            throw .refused(address: address, port: port, log: [error.reason])
        }
        self.port = Self.port(of: descriptor)
    }

    deinit {
        close(descriptor)
    }

    func accept() -> Accepted {
        let connection = server_accept(descriptor)
        guard connection < 0 else {
            // What there is to send is written in one piece, which need not wait for more.
            Self.set(TCP_NODELAY, of: CInt(IPPROTO_TCP), to: 1, on: connection)
            return .connection(connection)
        }
        switch errno {
        case EAGAIN:
            return .nothing
        case EINTR, ECONNABORTED, EPROTO, ENOPROTOOPT, EPERM, EOPNOTSUPP, ENETDOWN, ENETUNREACH,
            ENONET, EHOSTDOWN, EHOSTUNREACH, ETIMEDOUT:
            // Errors of the connection itself, which Linux tells with it.
            return .lost
        default:
            return .failure(errno)
        }
    }

    private struct Refusal: Error {
        let reason: String
    }

    private static func open(_ address: String, _ port: UInt16) throws(Refusal) -> CInt {
        var hints = unsafe addrinfo()
        unsafe hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE
        unsafe hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        let fault = unsafe getaddrinfo(address, String(port), &hints, &found)
        guard fault == 0, let target = unsafe found else {
            throw Refusal(reason: "not a numeric address")
        }
        defer { unsafe freeaddrinfo(target) }
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = unsafe socket(target.pointee.ai_family, CInt(kind), 0)
        guard descriptor >= 0 else { throw Refusal(reason: systemText(errno)) }
        // So that a server can start again while connections of its last run are in TIME_WAIT.
        set(SO_REUSEADDR, of: SOL_SOCKET, to: 1, on: descriptor)
        if unsafe target.pointee.ai_family == AF_INET6 {
            // Whatever the system's default is: `::` stands for the addresses of both families.
            set(IPV6_V6ONLY, of: CInt(IPPROTO_IPV6), to: 0, on: descriptor)
        }
        guard unsafe bind(descriptor, target.pointee.ai_addr, target.pointee.ai_addrlen) == 0,
            listen(descriptor, SOMAXCONN) == 0
        else {
            let reason = systemText(errno)
            close(descriptor)
            throw Refusal(reason: reason)
        }
        return descriptor
    }

    private static func port(of descriptor: CInt) -> UInt16 {
        var address = sockaddr_in6()
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        unsafe withUnsafeMutablePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = unsafe getsockname(descriptor, generic, &length)
            }
        }
        // Both families have the port at the same place.
        return UInt16(bigEndian: address.sin6_port)
    }

    private static func set(_ option: CInt, of level: CInt, to value: CInt, on descriptor: CInt) {
        var value = value
        unsafe setsockopt(
            descriptor, level, option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}

/// What an error number means.
func systemText(_ code: CInt) -> String {
    // libuv's numbers are the system's, negated, and its texts, unlike `strerror`'s, are constants.
    guard let text = unsafe uv_strerror(-code) else { return "error \(code)" }
    return unsafe String(cString: text)
}
