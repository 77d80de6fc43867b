import CWebSockets
import Glibc

/// Why a server could not start.
package enum ServerStartFault: Error, Equatable, Sendable {
    /// The file is missing, or this process may not read it.
    case unreadableFile(String)
    /// This process could not listen, or the library not be set up, and the log says why. The
    /// address may be in use or not be this machine's, or certificate and key do not belong together.
    case refused(address: String, port: UInt16, log: [String])
}

/// What a server has of the library: a context for as long as it lives, with its connections' virtual
/// host, and a listener that supplies the connections.
///
/// The library does TLS, polls, and keeps what the kernel does not take. It hands over the bytes as
/// they come, and this room reads them itself. Version 4.1.6 of the library, asked to read HTTP,
/// fills the body of a request that is pipelined behind another one from the wrong bytes, closes
/// without a word where 414, 431 or 426 is due, makes a separator of an escaped slash, and as a
/// WebSocket it takes unmasked frames.
@safe
final class Library {
    private let context: LibraryContext
    private let host: OpaquePointer
    private let listeners: [Listener]
    /// The first port it listens on.
    let port: UInt16

    /// Calls back with `owner` as the virtual host's user; it must outlive this object.
    @unsafe
    init(_ settings: ListenerSettings, owner: UnsafeMutableRawPointer) throws(ServerStartFault) {
        LibraryLog.install()
        for file in [settings.tls?.certificateFile, settings.tls?.privateKeyFile] {
            guard let file, unsafe access(file, R_OK) != 0 else { continue }
            throw .unreadableFile(file)
        }
        let socket = try ListeningSocket(address: settings.address, port: settings.port)
        var sockets = [socket]
        for port in settings.furtherPorts {
            sockets.append(try ListeningSocket(address: settings.address, port: port))
        }
        let earlierLines = LibraryLog.take()
        guard let context = LibraryContext.take(),
            let host = unsafe context.makeHost(settings, owner: owner)
        else { throw Self.fault(settings) }
        var listeners: [Listener] = []
        for socket in sockets {
            guard let listener = unsafe Listener.make(socket, on: context.loop, for: host) else {
                for listener in listeners { listener.close() }
                unsafe context.endHost(host)
                throw Self.fault(settings)
            }
            listeners.append(listener)
        }
        earlierLines.forEach(LibraryLog.add)
        self.context = context
        unsafe self.host = host
        self.listeners = listeners
        port = socket.port
    }

    private static func fault(_ settings: ListenerSettings) -> ServerStartFault {
        .refused(
            address: settings.address, port: settings.port, log: LibraryLog.take().map(\.text))
    }

    /// The connections have been destroyed before.
    deinit {
        for listener in listeners { listener.close() }
        unsafe context.endHost(host)
    }

    func attach(_ waker: ServerWaker) {
        context.attach(waker)
    }

    /// From now on connections are closed as soon as they are taken.
    func refuseConnections() {
        for listener in listeners { listener.refuses = true }
    }

    /// Lets the library work: waits for the network up to that long, then serves what came.
    func service(waitMilliseconds: Int) {
        context.loop.runOnce(waitMilliseconds: waitMilliseconds)
    }
}
