import CWebSockets

/// The library's one way to speak. It runs on the thread that owns the server, inside
/// `Library.service` or while a connection or the virtual host is destroyed. A result other than
/// zero ends the connection.
func libraryDidCall(
    connection: OpaquePointer?, reason: lws_callback_reasons, user: UnsafeMutableRawPointer?,
    input: UnsafeMutableRawPointer?, length: Int
) -> CInt {
    switch reason {
    case LWS_CALLBACK_RAW_RX:
        guard let server = unsafe server(of: connection), let slot = unsafe slot(of: connection),
            let input = unsafe input
        else { return -1 }
        // The library lends `length` readable bytes until this returns.
        let bytes = unsafe UnsafeRawBufferPointer(start: input, count: length)
        server.didReceive(unsafe bytes.bindMemory(to: UInt8.self).span, at: slot)
    case LWS_CALLBACK_RAW_WRITEABLE:
        guard let server = unsafe server(of: connection), let slot = unsafe slot(of: connection)
        else { return -1 }
        server.didBecomeWritable(slot)
    case LWS_CALLBACK_RAW_ADOPT:
        guard let connection = unsafe connection, let server = unsafe server(of: connection) else {
            return -1
        }
        let slot = unsafe server.adopt(LibraryConnection(connection))
        // The slot's number plus one, in the place of a pointer that the library only keeps.
        unsafe lws_set_opaque_user_data(connection, UnsafeMutableRawPointer(bitPattern: slot + 1))
    case LWS_CALLBACK_RAW_CLOSE:
        // A connection that failed before its adoption has no slot.
        guard let server = unsafe server(of: connection), let slot = unsafe slot(of: connection)
        else { return 0 }
        server.didClose(slot)
    default:
        break
    }
    return 0
}

private func server(of connection: OpaquePointer?) -> WebServer? {
    // The virtual host's user is the server, which has its connections destroyed before it goes. Each
    // of them is bound to its host until after its last callback that asks here.
    guard let host = unsafe lws_get_vhost(connection), let user = unsafe lws_vhost_user(host) else {
        return nil
    }
    return unsafe Unmanaged<WebServer>.fromOpaque(user).takeUnretainedValue()
}

private func slot(of connection: OpaquePointer?) -> Int? {
    let number = unsafe Int(bitPattern: lws_get_opaque_user_data(connection))
    return number > 0 ? number - 1 : nil
}
