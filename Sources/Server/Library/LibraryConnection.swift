import CWebSockets
import Glibc

/// One of the library's connections.
///
/// The pointer in it is valid from the library's adoption of the connection to its close callback;
/// the slot that holds this value is emptied by that callback, so that it is not used afterwards.
@safe
struct LibraryConnection {
    private let handle: OpaquePointer
    private let descriptor: CInt

    @unsafe
    init(_ handle: OpaquePointer) {
        unsafe self.handle = handle
        unsafe descriptor = lws_get_socket_fd(handle)
    }

    /// Gives the bytes of a connection in clear text to the kernel, without the detour through the
    /// library: beside the kernel's own work that is a part of a short write that can be saved. Only
    /// while the library holds nothing.
    ///
    /// - Returns: How many it took; the rest is the library's.
    func writeDirectly(_ bytes: borrowing [UInt8]) -> Int {
        let sent = unsafe bytes.withUnsafeBytes { buffer in
            unsafe send(descriptor, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
        }
        // What was wrong the library finds again, and says.
        return max(sent, 0)
    }

    /// Gives the bytes to the kernel, and what it does not take to the library. False where the
    /// connection is broken.
    func write(_ bytes: inout [UInt8]) -> Bool {
        let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            // A byte stream goes out as it is: nothing is written into the buffer or before it.
            unsafe lws_write(handle, buffer.baseAddress, buffer.count, LWS_WRITE_HTTP)
        }
        return written >= 0
    }

    /// Whether the library holds bytes that the kernel did not take. It sends them by itself.
    var isChoked: Bool { unsafe lws_partial_buffered(handle) != 0 }

    /// Has `LWS_CALLBACK_RAW_WRITEABLE` called when the kernel has room.
    func requestWritable() {
        unsafe lws_callback_on_writable(handle)
    }

    /// While input is not allowed it stays in the kernel, whose window then holds the peer back.
    func allowInput(_ isAllowed: Bool) {
        unsafe lws_rx_flow_control(handle, isAllowed ? 1 : 0)
    }

    /// Sends the end of the stream. Only for clear text: TLS would take it for an attack.
    func shutOutput() {
        _ = unsafe shutdown(lws_get_socket_fd(handle), CInt(SHUT_WR))
    }

    /// Destroys the connection, by way of its close callback. Not inside a callback of the library.
    func destroy() {
        unsafe lws_set_timeout(handle, PENDING_TIMEOUT_KILLED_BY_PARENT, LWS_TO_KILL_SYNC)
    }

    /// The library gives a TLS connection a deadline for its first bytes, and never lifts it.
    func clearLibraryDeadline() {
        unsafe lws_set_timeout(handle, NO_PENDING_TIMEOUT, 0)
    }

    /// The peer's numeric address, without port.
    var peerAddress: String {
        // Room for the longest numeric address, a zone and the final zero.
        var text = [CChar](repeating: 0, count: 64)
        unsafe lws_get_peer_simple(handle, &text, text.count)
        let address = String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // An IPv4 peer of a listener for both families.
        return address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
    }
}
