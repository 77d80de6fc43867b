internal import CCurl

// What the library calls while a transfer is under way, on the courier's thread. The opaque pointer
// is the `Transfer`, which the courier holds until the library has let go of its handle.

private func transfer(_ opaque: UnsafeMutableRawPointer) -> Transfer {
    unsafe Unmanaged<Transfer>.fromOpaque(opaque).takeUnretainedValue()
}

/// Any other number than the one offered ends the transfer.
private let stop = 0

func bodyArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ opaque: UnsafeMutableRawPointer?
) -> Int {
    guard let opaque = unsafe opaque else { return stop }
    let part = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(opaque).response.takeBody(part) ? part.count : stop
}

func headerLineArrived(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int,
    _ opaque: UnsafeMutableRawPointer?
) -> Int {
    guard let opaque = unsafe opaque else { return stop }
    let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
    return unsafe transfer(opaque).response.takeHeaderLine(line) ? line.count : stop
}

/// Opens the socket for an address that the name was resolved to, if it may be connected to.
func openSocket(
    _ opaque: UnsafeMutableRawPointer?, _ purpose: curlsocktype,
    _ target: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
    guard let opaque = unsafe opaque, let target = unsafe target, purpose == CURLSOCKTYPE_IPCXN
    else { return CURL_SOCKET_BAD }
    var port: UInt16 = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 16) { buffer, initialized in
        unsafe buffer.initialize(repeating: 0)
        guard let first = buffer.baseAddress else { return }
        initialized = unsafe Int(freshwire_address(target, first, &port))
    }
    guard unsafe transfer(opaque).permits(IPAddress(networkOrder: bytes), port: port) else {
        return CURL_SOCKET_BAD
    }
    return unsafe freshwire_open_socket(target)
}

/// Asked when a connection is ready and nothing was sent. A connection may have been opened for
/// another endpoint, with other rules, or before the rules changed; `openSocket` did not see it.
func mayRequest(
    _ opaque: UnsafeMutableRawPointer?, _ remoteAddress: UnsafeMutablePointer<CChar>?,
    _ localAddress: UnsafeMutablePointer<CChar>?, _ remotePort: Int32, _ localPort: Int32
) -> Int32 {
    guard let opaque = unsafe opaque, let remoteAddress = unsafe remoteAddress,
        let port = UInt16(exactly: remotePort)
    else { return CURL_PREREQFUNC_ABORT }
    let address = unsafe IPAddress(String(cString: remoteAddress))
    return unsafe transfer(opaque).permits(address, port: port)
        ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
}
