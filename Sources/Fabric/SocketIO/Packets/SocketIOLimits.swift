/// Every bound of the Socket.IO protocol above the transport. Times are milliseconds.
package struct SocketIOLimits: Equatable, Sendable {
    /// How long a client may take to join its first namespace.
    package var connectTimeout: Int64 = 45_000
    /// Namespaces that one client may ask for or be in at once.
    package var namespaces = 16
    /// Bytes of a namespace's name.
    package var namespaceBytes = 128
    /// How deep arrays and objects of a payload may lie in each other.
    package var jsonDepth = 64
    /// Binary messages that belong to one packet.
    package var attachments = 10
    /// Bytes of all attachments of one packet.
    package var attachmentBytes = 1_000_000
    /// How long the attachments of a packet may take, so that half a packet is not held for ever.
    package var attachmentTimeout: Int64 = 30_000
    /// Events of one client that wait to be acknowledged by it.
    package var pendingAcknowledgements = 256
    /// Bytes of a recovery's session name and of its offset.
    package var recoveryBytes = 128

    package init() {}
}
