import CMosquitto
import Glibc

/// One connection to a broker: one libmosquitto client, used for one connection and then thrown
/// away, so that nothing of an old connection is ever left in a new one. (At QoS 1 a subscriber
/// has no state of its own between connections; the session is the broker's.)
///
/// **One thread at a time.** The dialer's thread has it from its making until the dialer has
/// ended; after `pthread_join` the engine's thread has it. Nothing else ever touches it, so the
/// callbacks, which libmosquitto runs inside our own calls, run on the thread that made the call.
///
/// **What writes.** With `mosquitto_threaded_set(true)` everything libmosquitto wants to send
/// (CONNECT, SUBSCRIBE, PINGREQ and the PUBACK of each message, before its callback) is queued;
/// only `write()` takes it to the socket, and always the whole queue.
@safe final class BrokerConnection {
    enum LoopResult {
        case alive
        case lost(DisconnectReason)
    }

    private let client: OpaquePointer
    private let broker: UInt16
    private var tls: TLSContext?

    /// Where messages go while `read` runs, swapped in by it.
    private var incoming = MessageBatch(messageLimit: 0, byteLimit: 0, payloadLimit: 0)
    /// Counts callbacks, so that `read` sees when a call brought nothing.
    private var callbacks: UInt = 0
    private var hasOverflowed = false
    private var refusal: DisconnectReason?
    private var brokerGoodbye: DisconnectReason?
    private var lastLibraryError: String?

    /// Set when the broker accepted the connection.
    private(set) var sessionPresent: Bool?
    /// Packet identifier and granted codes, in the order of arrival.
    private(set) var grants: [(packetIdentifier: Int32, code: UInt8)] = []
    private(set) var droppedByBroker: UInt64?
    private(set) var storedByBroker: UInt64?
    private(set) var discarded = 0
    /// The code of the newest PUBACK that refused.
    private(set) var refusedPublication: UInt8?

    init(_ settings: BrokerSettings, broker: UInt16) throws(DialFailure) {
        guard MosquittoLibrary.isReady else { throw .failed("libmosquitto cannot start") }
        guard let client = unsafe mosquitto_new(settings.clientIdentifier, false, nil) else {
            throw .failed(words(forErrorNumber: errno))
        }
        unsafe self.client = unsafe client
        self.broker = broker
        unsafe mosquitto_user_data_set(client, Unmanaged.passUnretained(self).toOpaque())
        try prepare(settings)
    }

    deinit {
        // Closes the socket where it is open; what is queued is freed, not sent.
        unsafe mosquitto_destroy(client)
    }

    private func prepare(_ settings: BrokerSettings) throws(DialFailure) {
        let version =
            switch settings.protocolVersion {
            case .v5: MQTT_PROTOCOL_V5
            case .v311: MQTT_PROTOCOL_V311
            }
        try check(unsafe mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version))
        try check(unsafe mosquitto_threaded_set(client, true))
        if let username = settings.username {
            let password: String? =
                if let file = settings.passwordFile { try readPassword(from: file) } else { nil }
            try check(unsafe mosquitto_username_pw_set(client, username, password))
        }
        if let tls = settings.tls {
            let context = try TLSContext(tls, host: settings.host)
            self.tls = context
            try check(unsafe context.install(in: client))
        }
        unsafe mosquitto_connect_v5_callback_set(client, onConnect)
        unsafe mosquitto_disconnect_v5_callback_set(client, onDisconnect)
        unsafe mosquitto_subscribe_callback_set(client, onSubscribe)
        unsafe mosquitto_message_callback_set(client, onMessage)
        unsafe mosquitto_publish_v5_callback_set(client, onPublished)
        // Its texts name the TLS error. Every packet costs a formatted text while it is set, so
        // it goes when the connection is accepted.
        unsafe mosquitto_log_callback_set(client, onLog)
    }

    private func check(_ code: Int32) throws(DialFailure) {
        guard code == MOSQ_ERR_SUCCESS.rawValue else { throw .failed(words(forCode: code)) }
    }
}

// MARK: - Connecting, on the dialer's thread

extension BrokerConnection {
    /// A handshake takes a few round trips; a broker that needs longer is not answering.
    private static let handshakeLimit = Duration.seconds(30)

    /// Resolves, connects and shakes hands; blocks. CONNECT is queued but not sent: a connection
    /// that nobody waits for any more must not take over the client identifier.
    func dial(_ settings: BrokerSettings) throws(DialFailure) {
        var properties: OpaquePointer?
        defer { unsafe mosquitto_property_free_all(&properties) }
        if settings.protocolVersion == .v5 {
            try check(
                unsafe mosquitto_property_add_int32(
                    &properties, Int32(MQTT_PROP_SESSION_EXPIRY_INTERVAL.rawValue),
                    settings.sessionExpirySeconds))
            try check(
                unsafe mosquitto_property_add_int16(
                    &properties, Int32(MQTT_PROP_RECEIVE_MAXIMUM.rawValue),
                    settings.receiveMaximum))
        }
        let code = unsafe mosquitto_connect_bind_v5(
            client, settings.host, Int32(settings.port), Int32(settings.keepAliveSeconds), nil,
            properties)
        let errorNumber = errno
        switch code {
        case MOSQ_ERR_SUCCESS.rawValue: break
        case MOSQ_ERR_EAI.rawValue:
            throw .nameNotResolved(unsafe String(cString: gai_strerror(errorNumber)))
        case MOSQ_ERR_ERRNO.rawValue: throw .unreachable(words(forErrorNumber: errorNumber))
        case MOSQ_ERR_TLS.rawValue: throw tlsFailure()
        default: throw .failed(words(forCode: code))
        }
        try shakeHands()
    }

    /// libmosquitto starts the TLS handshake while it connects and continues it in its loop.
    private func shakeHands() throws(DialFailure) {
        let deadline = ContinuousClock.now + Self.handshakeLimit
        while isShakingHands {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else { throw .handshakeTimedOut }
            var entry = unsafe pollfd(
                fd: mosquitto_socket(client), events: Int16(POLLIN), revents: 0)
            if unsafe SSL_want(OpaquePointer(mosquitto_ssl_get(client))) == SSL_WRITING {
                entry.events |= Int16(POLLOUT)
            }
            unsafe poll(&entry, 1, Int32(left.rounded(.up)))
            let code = unsafe mosquitto_loop_read(client, 1)
            guard code == MOSQ_ERR_SUCCESS.rawValue else { throw tlsFailure() }
            // libmosquitto takes a broken connection for one that has to wait.
            if Int32(entry.revents) & (POLLHUP | POLLERR) != 0, isShakingHands {
                throw .tls("the broker closed the connection during the handshake")
            }
        }
    }

    private var isShakingHands: Bool {
        guard let tls = unsafe mosquitto_ssl_get(client) else { return false }
        return unsafe SSL_is_init_finished(OpaquePointer(tls)) == 0
    }

    private func tlsFailure() -> DialFailure {
        if let refusal = tls?.refusal { return .certificateRefused(refusal) }
        return .tls(lastLibraryError ?? "the handshake failed")
    }
}

// MARK: - The loop, on the engine's thread

extension BrokerConnection {
    enum ReadResult {
        /// Nothing more is waiting.
        case drained
        /// Stopped at the limit: more may wait where no descriptor shows it.
        case limited
        /// The batch takes no more.
        case full
        case lost(DisconnectReason)
    }

    /// Packets in a row that are no message (SUBACK, PINGRESP, the broker's counters), beyond
    /// which a read ends although its limit is not reached.
    private static let controlPacketLimit = 256

    var socket: Int32 { unsafe mosquitto_socket(client) }

    var wantsWrite: Bool { unsafe mosquitto_want_write(client) }

    /// Reads messages into the batch until nothing more comes, the batch is full or about
    /// `limit` were added. Queues their PUBACKs and writes nothing.
    func read(into batch: inout MessageBatch, limit: Int) -> ReadResult {
        swap(&incoming, &batch)
        defer { swap(&incoming, &batch) }
        let start = incoming.count
        for _ in 0..<(limit + Self.controlPacketLimit) {
            guard !incoming.isFull else { return .full }
            guard incoming.count - start < limit else { return .limited }
            let before = callbacks
            // One packet a call, whatever number is asked for (2.0).
            let code = unsafe mosquitto_loop_read(client, 1)
            if case .lost(let reason) = result(code, errno) { return .lost(reason) }
            if hasOverflowed { return .lost(.batchOverflowed) }
            if callbacks == before, !hasDecryptedBytes { return .drained }
        }
        return .limited
    }

    /// Sends all that is queued, PUBACKs included.
    func write() -> LoopResult {
        let code = unsafe mosquitto_loop_write(client, 1)
        return result(code, errno)
    }

    /// Queues a ping when one is due; notices that the last one was not answered.
    func maintain() -> LoopResult {
        let code = unsafe mosquitto_loop_misc(client)
        return result(code, errno)
    }

    /// Queues a subscription.
    ///
    /// - Returns: the packet identifier its answer will carry; nil where it could not be queued.
    func subscribe(
        _ filter: String, qos: BrokerSettings.QualityOfService, retained: RetainedMessages
    ) -> Int32? {
        var packetIdentifier: Int32 = 0
        let options =
            switch retained {
            case .always: MQTT_SUB_OPT_SEND_RETAIN_ALWAYS
            case .ifNewSubscription: MQTT_SUB_OPT_SEND_RETAIN_NEW
            }
        let code = unsafe mosquitto_subscribe_v5(
            client, &packetIdentifier, filter, Int32(qos.rawValue), Int32(options.rawValue), nil)
        return code == MOSQ_ERR_SUCCESS.rawValue ? packetIdentifier : nil
    }

    /// Queues a message that the broker is to keep, at QoS 1; false where it takes none such.
    func publish(retained payload: [UInt8], to topic: String) -> Bool {
        let code = unsafe mosquitto_publish_v5(
            client, nil, topic, Int32(clamping: payload.count), payload, 1, true, nil)
        return code == MOSQ_ERR_SUCCESS.rawValue
    }

    /// Which of the messages the broker keeps it sends on subscribing; MQTT 3.1.1 sends always.
    enum RetainedMessages {
        case always
        case ifNewSubscription
    }

    /// How long a broker that reads slowly may hold up the end of the session.
    private static let goodbyeLimit = Duration.seconds(1)

    /// Queues DISCONNECT and sends all that is queued, PUBACKs included; blocks for a moment
    /// where the socket takes no more. What it does not take then is delivered again.
    func sayGoodbye() {
        let deadline = ContinuousClock.now + Self.goodbyeLimit
        guard unsafe mosquitto_disconnect(client) == MOSQ_ERR_SUCCESS.rawValue else { return }
        while unsafe mosquitto_loop_write(client, 1) == MOSQ_ERR_SUCCESS.rawValue, socket >= 0 {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else { return }
            var entry = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
            unsafe poll(&entry, 1, Int32(left.rounded(.up)))
        }
    }

    /// From here on libmosquitto formats no texts.
    func stopLogging() {
        unsafe mosquitto_log_callback_set(client, nil)
        lastLibraryError = nil
    }

    func forgetNews() {
        grants.removeAll(keepingCapacity: true)
        droppedByBroker = nil
        storedByBroker = nil
        discarded = 0
        refusedPublication = nil
    }

    /// A TLS record can hold more than was taken from it, while the socket is idle.
    private var hasDecryptedBytes: Bool {
        guard let tls = unsafe mosquitto_ssl_get(client) else { return false }
        return unsafe SSL_pending(OpaquePointer(tls)) > 0
    }

    private func result(_ code: Int32, _ errorNumber: Int32) -> LoopResult {
        // After the broker's DISCONNECT the code is success, but the socket is gone.
        if code == MOSQ_ERR_SUCCESS.rawValue, socket >= 0 { return .alive }
        if let refusal { return .lost(refusal) }
        // Noted while connecting only. An alert, such as one about our certificate, looks like
        // an end of the connection otherwise.
        if let lastLibraryError { return .lost(.tls(lastLibraryError)) }
        switch code {
        case MOSQ_ERR_SUCCESS.rawValue: return .lost(brokerGoodbye ?? .connectionLost)
        case MOSQ_ERR_CONN_LOST.rawValue, MOSQ_ERR_NO_CONN.rawValue: return .lost(.connectionLost)
        case MOSQ_ERR_KEEPALIVE.rawValue: return .lost(.keepAliveExpired)
        case MOSQ_ERR_PROTOCOL.rawValue, MOSQ_ERR_MALFORMED_PACKET.rawValue,
            MOSQ_ERR_MALFORMED_UTF8.rawValue:
            return .lost(.protocolViolated)
        case MOSQ_ERR_TLS.rawValue: return .lost(.tls("the handshake failed"))
        case MOSQ_ERR_ERRNO.rawValue where errorNumber == EPROTO:
            return .lost(.tls("the TLS connection broke"))
        case MOSQ_ERR_ERRNO.rawValue:
            return .lost(.failed(words(forErrorNumber: errorNumber)))
        default: return .lost(.failed(words(forCode: code)))
        }
    }
}

// MARK: - What libmosquitto calls

extension BrokerConnection {
    private static let droppedTopic: StaticString = "$SYS/broker/publish/messages/dropped"
    private static let storedTopic: StaticString = "$SYS/broker/store/messages/count"

    func accepted(sessionPresent: Bool) {
        callbacks &+= 1
        self.sessionPresent = sessionPresent
    }

    func refused(code: Int32) {
        callbacks &+= 1
        refusal = .refused(code: UInt8(truncatingIfNeeded: code), words: words(forReason: code))
    }

    func disconnected(code: Int32) {
        callbacks &+= 1
        brokerGoodbye = .byBroker(
            code: UInt8(truncatingIfNeeded: code), words: words(forReason: code))
    }

    func granted(packetIdentifier: Int32, code: Int32) {
        callbacks &+= 1
        grants.append((packetIdentifier, UInt8(truncatingIfNeeded: code)))
    }

    /// The broker has answered what was published.
    func published(code: Int32) {
        callbacks &+= 1
        if code >= 128 { refusedPublication = UInt8(truncatingIfNeeded: code) }
    }

    func logged(_ text: String) {
        lastLibraryError = lastLibraryError ?? text
    }

    func received(
        packetIdentifier: Int32, qos: Int32, isRetained: Bool, topic: Span<UInt8>,
        payload: Span<UInt8>
    ) {
        callbacks &+= 1
        if topic.count > 0, topic[0] == UInt8(ascii: "$"), noted(topic, payload) { return }
        let isTaken = incoming.append(
            broker: broker, packetIdentifier: UInt16(truncatingIfNeeded: packetIdentifier),
            qos: UInt8(truncatingIfNeeded: qos), isRetained: isRetained, topic: topic,
            payload: payload)
        guard !isTaken else { return }
        if qos == 0 { discarded += 1 } else { hasOverflowed = true }
    }

    /// Whether it was one of the broker's own counters.
    private func noted(_ topic: Span<UInt8>, _ payload: Span<UInt8>) -> Bool {
        if topic.equals(Self.droppedTopic) {
            droppedByBroker = payload.decimal ?? droppedByBroker
            return true
        }
        if topic.equals(Self.storedTopic) {
            storedByBroker = payload.decimal ?? storedByBroker
            return true
        }
        return false
    }
}

extension Span<UInt8> {
    fileprivate func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for index in indices where unsafe self[index] != text.utf8Start[index] { return false }
        return true
    }

    /// Nil where it is not a whole number, or too large a one.
    fileprivate var decimal: UInt64? {
        guard count > 0 else { return nil }
        var value: UInt64 = 0
        for index in indices {
            let digit = self[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(UInt64(digit))
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
