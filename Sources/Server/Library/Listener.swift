import CWebSockets
import Glibc

/// Takes connections from a listening socket, at the turns of a loop, and hands them to the library.
///
/// The library would listen, too, but only as long as its context lives; see `LibraryContext`.
@safe
final class Listener {
    private let socket: ListeningSocket
    /// The library's virtual host, which outlives this object.
    private let host: OpaquePointer
    // Both belong to the loop once they are closed; it frees them.
    private let watcher: UnsafeMutablePointer<uv_poll_t>
    private let pauseTimer: UnsafeMutablePointer<uv_timer_t>
    /// Whether connections are closed as soon as they are taken.
    var refuses = false

    /// Connections taken in one turn, so that a crowd does not hold up those who are in. Fewer than
    /// the descriptors that `WebServer` leaves to others: some may be beyond its limit and are
    /// closed only at the end of the turn.
    private static let connectionsPerTurn = 64
    /// How long no connection is taken after one could not be. They wait in the kernel.
    private static let pauseMilliseconds: UInt64 = 1000

    /// Nil where the loop cannot watch the socket. To be closed before it goes.
    @unsafe
    static func make(
        _ socket: ListeningSocket, on loop: EventLoop, for host: OpaquePointer
    ) -> Listener? {
        let watcher = UnsafeMutablePointer<uv_poll_t>.allocate(capacity: 1)
        guard unsafe uv_poll_init(loop.address, watcher, socket.descriptor) == 0 else {
            unsafe watcher.deallocate()
            return nil
        }
        return unsafe Listener(socket, watcher, loop, host)
    }

    @unsafe
    private init(
        _ socket: ListeningSocket, _ watcher: UnsafeMutablePointer<uv_poll_t>, _ loop: EventLoop,
        _ host: OpaquePointer
    ) {
        self.socket = socket
        unsafe self.host = host
        unsafe self.watcher = watcher
        unsafe pauseTimer = .allocate(capacity: 1)
        unsafe uv_timer_init(loop.address, pauseTimer)
        // Closed handles call back no more, and this closes them before it goes.
        unsafe watcher.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        unsafe pauseTimer.pointee.data = Unmanaged.passUnretained(self).toOpaque()
        watch()
    }

    /// Stops. The socket is closed with this object, the handles at the loop's next turn.
    func close() {
        unsafe Self.close(UnsafeMutableRawPointer(watcher))
        unsafe Self.close(UnsafeMutableRawPointer(pauseTimer))
    }

    @unsafe
    private static func close(_ handle: UnsafeMutableRawPointer) {
        unsafe uv_close(handle.assumingMemoryBound(to: uv_handle_t.self), handleIsClosed)
    }

    fileprivate func watch() {
        unsafe uv_poll_start(watcher, CInt(UV_READABLE.rawValue), socketIsReady)
    }

    fileprivate func takeConnections() {
        for _ in 0..<Self.connectionsPerTurn {
            switch socket.accept() {
            case .connection(let descriptor):
                take(descriptor)
            case .lost:
                continue
            case .nothing:
                return
            case .failure(let code):
                pause(systemText(code))
                return
            }
        }
    }

    private func take(_ descriptor: CInt) {
        guard !refuses else {
            Glibc.close(descriptor)
            return
        }
        // From here on it is the library's, which closes it where it cannot take it.
        unsafe lws_adopt_descriptor_vhost(
            host, lws_adoption_type(LWS_ADOPT_SOCKET.rawValue | LWS_ADOPT_ALLOW_SSL.rawValue),
            lws_sock_file_fd_type(sockfd: descriptor),
            VirtualHost.text(VirtualHost.protocolName), nil)
    }

    /// Takes no connections for a while, instead of failing at every turn.
    fileprivate func pause(_ reason: String) {
        unsafe uv_poll_stop(watcher)
        unsafe uv_timer_start(pauseTimer, pauseIsOver, Self.pauseMilliseconds, 0)
        LibraryLog.add(
            LibraryLogLine(
                isError: true,
                text: "no connections are taken for \(Self.pauseMilliseconds) ms: \(reason)"))
    }
}

private func socketIsReady(
    watcher: UnsafeMutablePointer<uv_poll_t>?, status: CInt, events: CInt
) {
    guard let data = unsafe watcher?.pointee.data else { return }
    let listener = unsafe Unmanaged<Listener>.fromOpaque(data).takeUnretainedValue()
    if status < 0 {
        listener.pause(systemText(-status))
    } else {
        listener.takeConnections()
    }
}

private func pauseIsOver(timer: UnsafeMutablePointer<uv_timer_t>?) {
    guard let data = unsafe timer?.pointee.data else { return }
    unsafe Unmanaged<Listener>.fromOpaque(data).takeUnretainedValue().watch()
}

private func handleIsClosed(handle: UnsafeMutablePointer<uv_handle_t>?) {
    unsafe UnsafeMutableRawPointer(handle)?.deallocate()
}
