internal import Glibc

/// One end of a connected pair of local sockets; it is closed with the value.
package final class LocalStream {
    package enum Transfer: Equatable, Sendable {
        /// So many bytes, at least one.
        case moved(Int)
        /// Not without waiting.
        case wouldWait
        /// The other end is closed, or the connection is broken.
        case ended
    }

    package let descriptor: Int32

    /// Takes a descriptor over.
    package init(taking descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Two ends; neither is inherited by programs that are started.
    package static func pair() throws(SystemError) -> (LocalStream, LocalStream) {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
            throw SystemError.last("socketpair")
        }
        return (LocalStream(taking: ends[0]), LocalStream(taking: ends[1]))
    }

    /// Sends what goes out at once, from `start` on.
    package func send(_ bytes: [UInt8], from start: Int) -> Transfer {
        guard start < bytes.count else { return .moved(0) }
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.send(
                descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start,
                Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        }
        return transfer(count)
    }

    /// Writes what has come over the bytes from `start` on.
    package func receive(into bytes: inout [UInt8], from start: Int) -> Transfer {
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe recv(
                descriptor, buffer.baseAddress?.advanced(by: start), buffer.count - start,
                Int32(MSG_DONTWAIT))
        }
        return count == 0 ? .ended : transfer(count)
    }

    private func transfer(_ count: Int) -> Transfer {
        guard count < 0 else { return .moved(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldWait : .ended
    }
}
