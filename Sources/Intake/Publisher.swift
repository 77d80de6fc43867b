import CMosquitto
import Glibc

/// A client that only publishes, at QoS 1: for the simulation, never in the daemon.
///
/// It belongs to one thread and blocks in `turn` only as long as it is told.
@safe package final class Publisher {
    private let client: OpaquePointer
    private let counter = PublishCounter()

    /// Connects, and waits until the broker has taken the connection.
    package init(
        host: String, port: UInt16, clientIdentifier: String, username: String? = nil,
        password: String? = nil
    ) throws(PublishError) {
        guard MosquittoLibrary.isReady,
            let client = unsafe mosquitto_new(clientIdentifier, true, nil)
        else { throw .libraryUnusable }
        unsafe self.client = client
        unsafe mosquitto_user_data_set(client, Unmanaged.passUnretained(counter).toOpaque())
        unsafe mosquitto_publish_v5_callback_set(client, onPublish)
        // As many unacknowledged messages as the identifiers allow: `backlog` is for the caller.
        unsafe mosquitto_max_inflight_messages_set(client, 0)
        if let username { unsafe mosquitto_username_pw_set(client, username, password) }
        let code = unsafe mosquitto_connect(client, host, Int32(port), 60)
        guard code == MOSQ_ERR_SUCCESS.rawValue else {
            throw .notConnected(unsafe String(cString: mosquitto_strerror(code)))
        }
    }

    deinit {
        unsafe mosquitto_disconnect(client)
        unsafe mosquitto_destroy(client)
    }

    /// Messages published and not yet acknowledged by the broker.
    package var backlog: Int { counter.published - counter.acknowledged }

    /// Messages the broker has acknowledged.
    package var acknowledged: Int { counter.acknowledged }

    /// Queues a message and sends what the socket takes.
    package func publish(topic: String, payload: [UInt8]) throws(PublishError) {
        let code = unsafe mosquitto_publish(
            client, nil, topic, Int32(clamping: payload.count), payload, 1, false)
        guard code == MOSQ_ERR_SUCCESS.rawValue else {
            throw .lost(unsafe String(cString: mosquitto_strerror(code)))
        }
        counter.published += 1
    }

    /// Sends, and takes acknowledgements, for up to so many milliseconds.
    package func turn(milliseconds: Int32) throws(PublishError) {
        let code = unsafe mosquitto_loop(client, milliseconds, 1)
        guard code == MOSQ_ERR_SUCCESS.rawValue else {
            throw .lost(unsafe String(cString: mosquitto_strerror(code)))
        }
    }
}

/// Why a publisher cannot go on.
package enum PublishError: Error, Equatable, CustomStringConvertible {
    case libraryUnusable
    /// No connection came about: is there a broker?
    case notConnected(String)
    /// The connection is gone; make a new publisher.
    case lost(String)

    package var description: String {
        switch self {
        case .libraryUnusable: "libmosquitto cannot be used"
        case .notConnected(let reason): "no connection to the broker: \(reason)"
        case .lost(let reason): "the connection to the broker is lost: \(reason)"
        }
    }
}

/// What a publisher has sent and what was acknowledged; lives as long as its client.
private final class PublishCounter {
    var published = 0
    var acknowledged = 0
}

private func onPublish(
    _ client: OpaquePointer?, _ userData: UnsafeMutableRawPointer?, _ packetIdentifier: Int32,
    _ reason: Int32, _ properties: OpaquePointer?
) {
    guard let userData = unsafe userData else { return }
    unsafe Unmanaged<PublishCounter>.fromOpaque(userData).takeUnretainedValue().acknowledged += 1
}
