/// A packet whose attachments are still coming.
struct BinaryAssembly {
    let packet: SocketIOPacket
    /// When the last attachment must be there.
    let deadline: Int64
    private let expected: Int
    private(set) var attachments: [[UInt8]] = []
    private var bytes = 0

    /// Nil where the packet is complete as it is.
    init?(_ packet: SocketIOPacket, deadline: Int64) {
        guard let expected = packet.attachments, expected > 0 else { return nil }
        self.packet = packet
        self.deadline = deadline
        self.expected = expected
    }

    var isComplete: Bool { attachments.count == expected }

    /// False where all attachments together are too large.
    mutating func take(_ attachment: [UInt8], limit: Int) -> Bool {
        guard attachment.count <= limit - bytes else { return false }
        bytes += attachment.count
        attachments.append(attachment)
        return true
    }
}
