package import Wire

/// A packet of the Socket.IO protocol, revision 5.
package struct SocketIOPacket: Equatable, Sendable {
    package enum Content: Equatable, Sendable {
        /// What a client shows to be let in, or what it is told then: an object.
        case connect(JSON?)
        case disconnect
        /// The name, which is a text or a number, and the arguments; with the number by which it is
        /// to be acknowledged.
        case event([JSON], acknowledgement: UInt64?)
        case acknowledgement([JSON], of: UInt64)
        /// A text or an object.
        case connectError(JSON)
    }

    /// The namespace that packets belong to which name none.
    package static let mainNamespace = "/"
    /// The largest number that every client holds exactly: 2^53.
    package static let largestAcknowledgement: UInt64 = 1 << 53

    package var namespace: String
    package var content: Content
    /// How many binary messages follow, which placeholders in the content stand for; nil where the
    /// packet is not of a binary type.
    package var attachments: Int?

    package init(
        _ content: Content, namespace: String = mainNamespace, attachments: Int? = nil
    ) {
        self.namespace = namespace
        self.content = content
        self.attachments = attachments
    }
}

extension JSON {
    /// What stands for the attachment of that number, counted from 0.
    package static func attachment(_ number: Int) -> JSON {
        ["_placeholder": true, "num": .integer(Int64(number))]
    }

    /// The number of the attachment that this value stands for; nil for any other value.
    package var attachment: Int? {
        guard isPlaceholder, let number = self["num"]?.integer else { return nil }
        return Int(exactly: number)
    }

    /// Whether any reader would take it for a placeholder, however its members repeat.
    private var isPlaceholder: Bool {
        members?.contains { $0.name == "_placeholder" && $0.value == true } == true
    }

    /// Whether every placeholder in it names one of so many attachments. A wrong one would put the
    /// client's own value where the program expects bytes.
    func hasOnlyPlaceholders(below attachments: Int) -> Bool {
        switch self {
        case .array(let elements):
            elements.allSatisfy { $0.hasOnlyPlaceholders(below: attachments) }
        case .object(let members) where isPlaceholder:
            members.count { $0.name == "num" } == 1
                && attachment.map { (0..<attachments).contains($0) } == true
        case .object(let members):
            members.allSatisfy { $0.value.hasOnlyPlaceholders(below: attachments) }
        case .null, .bool, .integer, .number, .string: true
        }
    }
}
