import Glibc

/// A server on the loopback that does only what a test tells it.
package final class Listener: Sendable {
    package let port: UInt16
    private let descriptor: Int32
    private let clients = Exclusive<[Int32]>([])

    package init() {
        port = LoopbackPort.free()
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        let isBound = LoopbackPort.bind(descriptor, to: port)
        precondition(isBound && listen(descriptor, 8) == 0, "port \(port) was taken meanwhile")
    }

    deinit {
        for client in clients.value { close(client) }
        close(descriptor)
    }

    /// Accepts a client that has connected and sends it the bytes. Until then clients connect,
    /// and hear nothing.
    ///
    /// - Returns: whether there was a client.
    package func answer(_ bytes: [UInt8]) -> Bool {
        let client = accept(descriptor, nil, nil)
        guard client >= 0 else { return false }
        // Kept open: the client must find by itself that the bytes are wrong.
        clients.set(clients.value + [client])
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(client, buffer.baseAddress, buffer.count)
        }
        return count == bytes.count
    }
}
