import CMosquitto
import Glibc

// What libmosquitto calls, inside our own calls of its loop functions. The user data is the
// connection itself, which outlives its client.

func onConnect(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?, _ code: Int32,
    _ flags: Int32, _ properties: OpaquePointer?
) {
    guard let connection = unsafe connection(userData) else { return }
    if code == 0 {
        connection.accepted(sessionPresent: flags & 1 == 1)
    } else {
        connection.refused(code: code)
    }
}

func onDisconnect(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?, _ code: Int32,
    _ properties: OpaquePointer?
) {
    unsafe connection(userData)?.disconnected(code: code)
}

func onSubscribe(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?, _ packetIdentifier: Int32,
    _ count: Int32, _ codes: UnsafePointer<Int32>?
) {
    // One filter a SUBSCRIBE, so one code an answer.
    guard count > 0, let code = unsafe codes?.pointee else { return }
    unsafe connection(userData)?.granted(packetIdentifier: packetIdentifier, code: code)
}

func onPublished(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?, _ packetIdentifier: Int32,
    _ code: Int32, _ properties: OpaquePointer?
) {
    unsafe connection(userData)?.published(code: code)
}

func onMessage(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?,
    _ message: UnsafePointer<mosquitto_message>?
) {
    guard let connection = unsafe connection(userData), let message = unsafe message?.pointee,
        let name = unsafe message.topic
    else { return }
    let topic = unsafe UnsafeRawBufferPointer(start: name, count: strlen(name))
    let payload = unsafe UnsafeRawBufferPointer(
        start: message.payload, count: message.payload == nil ? 0 : Int(message.payloadlen))
    connection.received(
        packetIdentifier: unsafe message.mid, qos: unsafe message.qos,
        isRetained: unsafe message.retain,
        topic: unsafe Span(_unsafeBytes: topic), payload: unsafe Span(_unsafeBytes: payload))
}

func onLog(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?, _ level: Int32,
    _ text: UnsafePointer<CChar>?
) {
    guard level == MOSQ_LOG_ERR, let text = unsafe text else { return }
    unsafe connection(userData)?.logged(String(cString: text))
}

private func connection(_ userData: UnsafeMutableRawPointer?) -> BrokerConnection? {
    guard let userData = unsafe userData else { return nil }
    return unsafe Unmanaged<BrokerConnection>.fromOpaque(userData).takeUnretainedValue()
}
