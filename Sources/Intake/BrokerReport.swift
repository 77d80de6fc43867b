/// What a session has to tell that is not a device's message. Values only: the engine logs and
/// counts them.
package enum BrokerReport: Equatable, Sendable {
    /// The broker accepted us. Without a session present, what it queued for us is gone.
    case connected(sessionPresent: Bool)
    /// The broker answered every filter; what it refused was reported before.
    case subscribed
    /// The connection ended; another attempt follows after `retryIn`, nil where none does.
    case disconnected(DisconnectReason, retryIn: Duration?)
    /// No connection came about.
    case dialFailed(DialFailure, retryIn: Duration)
    /// The broker refused a filter: SUBACK with a code of 128 or more. Its messages never come.
    case subscriptionRefused(filter: String, code: UInt8)
    /// A filter could not even be asked for: the broker takes no packets as long as this one.
    case subscriptionFailed(filter: String)
    /// The broker granted QoS 0 where QoS 1 was asked: it may drop on the way to us.
    case subscriptionWeakened(filter: String)
    /// Another client probably connects with our client identifier: this many connections in
    /// a row ended soon after they were accepted.
    case takeoverSuspected(disconnects: Int)
    /// The broker's own count of messages it dropped since it started. It is an increase
    /// while we watch that says messages were lost.
    case brokerDropped(UInt64)
    /// How many messages the broker holds.
    case brokerStored(UInt64)
    /// Messages published at QoS 0 that found the batch full beyond its reserve.
    case discarded(Int)
    /// The broker refused what was published: PUBACK with a code of 128 or more (MQTT 5).
    case publicationRefused(code: UInt8)
    /// This many older reports were dropped because nobody took them.
    case reportsDropped(Int)
}

/// Why a connection ended.
package enum DisconnectReason: Equatable, Sendable {
    /// The broker answered CONNECT with this code.
    case refused(code: UInt8, words: String)
    /// The broker sent DISCONNECT with this code (MQTT 5); 142 is a takeover.
    case byBroker(code: UInt8, words: String)
    /// The other side closed or reset.
    case connectionLost
    /// No answer to a ping within the keep-alive.
    case keepAliveExpired
    /// No CONNACK in time.
    case noAnswer
    /// Bytes that are not MQTT, or not allowed at that point.
    case protocolViolated
    /// TLS ended the connection, such as an alert about our certificate.
    case tls(String)
    /// One read brought more than the batch may ever hold; nothing of it was acknowledged.
    case batchOverflowed
    /// The engine dropped it so that nothing is acknowledged.
    case abandoned
    /// The engine asked for it.
    case requested
    case failed(String)
}

/// Why no connection came about.
package enum DialFailure: Error, Equatable, Sendable {
    /// The host name has no address, or the name server did not answer.
    case nameNotResolved(String)
    /// Refused, unreachable or timed out.
    case unreachable(String)
    /// The broker's certificate was not accepted: its chain, its date or its name.
    case certificateRefused(String)
    /// TLS failed otherwise.
    case tls(String)
    /// A file of the TLS settings could not be used.
    case tlsFile(name: String, reason: String)
    case passwordFile(name: String, reason: String)
    /// The TLS handshake did not end in time.
    case handshakeTimedOut
    case failed(String)
}
