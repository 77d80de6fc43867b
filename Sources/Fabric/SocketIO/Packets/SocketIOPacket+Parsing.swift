package import Wire

/// Why a text is no packet. Each ends the client's session.
package enum SocketIOPacketError: Error, CaseIterable, Sendable {
    case unknownKind
    /// The number of attachments is missing or no number.
    case wrongAttachments
    case tooManyAttachments
    /// The name is too long or not UTF-8.
    case wrongNamespace
    /// The number is missing where one belongs, stands where none does, or is too large.
    case wrongAcknowledgement
    case notJSON
    case tooDeep
    /// The payload is not of the form that its kind has.
    case wrongPayload
    /// A placeholder names no attachment of the packet.
    case wrongPlaceholder
    /// A binary message came without a packet that announced it, or a text in its stead.
    case outOfTurn
}

extension SocketIOPacket {
    /// Names of events that a library raises itself: a client that sent one would pass for it.
    private static let reservedEvents: Set<String> = [
        "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener",
    ]

    /// Reads a packet; every text is either understood or refused.
    ///
    /// - Parameter parse: reads JSON text, nil where it is none. It gets no text that is nested deeper
    ///   than `limits.jsonDepth`.
    package init(
        text: ArraySlice<UInt8>, limits: SocketIOLimits, parse: (ArraySlice<UInt8>) -> JSON?
    ) throws(SocketIOPacketError) {
        let header = try SocketIOPacketHeader(text, limits: limits)
        let payload = try Self.payload(header.payload, limits: limits, parse: parse)
        self.init(
            try Self.content(header, payload), namespace: header.namespace,
            attachments: header.attachments)
        if let attachments, !hasOnlyPlaceholders(below: attachments) { throw .wrongPlaceholder }
    }

    private static func payload(
        _ text: ArraySlice<UInt8>, limits: SocketIOLimits, parse: (ArraySlice<UInt8>) -> JSON?
    ) throws(SocketIOPacketError) -> JSON? {
        guard !text.isEmpty else { return nil }
        guard JSONNesting.isWithin(limits.jsonDepth, text) else { throw .tooDeep }
        guard let json = parse(text) else { throw .notJSON }
        return json
    }

    private static func content(
        _ header: SocketIOPacketHeader, _ payload: JSON?
    ) throws(SocketIOPacketError) -> Content {
        switch header.kind {
        case .event, .binaryEvent:
            return .event(try event(payload), acknowledgement: header.acknowledgement)
        case .acknowledgement, .binaryAcknowledgement:
            guard let number = header.acknowledgement else { throw .wrongAcknowledgement }
            guard let arguments = payload?.array else { throw .wrongPayload }
            return .acknowledgement(arguments, of: number)
        case .connect, .disconnect, .connectError:
            guard header.acknowledgement == nil else { throw .wrongAcknowledgement }
            return try membership(header.kind, payload)
        }
    }

    private static func membership(
        _ kind: SocketIOPacketKind, _ payload: JSON?
    ) throws(SocketIOPacketError) -> Content {
        switch (kind, payload) {
        case (.connect, nil), (.connect, .object): return .connect(payload)
        case (.disconnect, nil): return .disconnect
        case (.connectError, .string?), (.connectError, .object?):
            return .connectError(payload ?? .null)
        default: throw .wrongPayload
        }
    }

    private static func event(_ payload: JSON?) throws(SocketIOPacketError) -> [JSON] {
        guard let elements = payload?.array, let name = elements.first else { throw .wrongPayload }
        switch name {
        case .integer, .number: return elements
        case .string(let text) where !reservedEvents.contains(text): return elements
        default: throw .wrongPayload
        }
    }

    private func hasOnlyPlaceholders(below attachments: Int) -> Bool {
        switch content {
        case .event(let values, _), .acknowledgement(let values, _):
            values.allSatisfy { $0.hasOnlyPlaceholders(below: attachments) }
        case .connect, .disconnect, .connectError: true
        }
    }
}

/// How deep a JSON text is nested, found without reading it as JSON, so that no reader and nothing
/// after it is made to recurse further than is safe.
enum JSONNesting {
    /// Whether arrays and objects lie at most `limit` deep in each other.
    static func isWithin(_ limit: Int, _ text: ArraySlice<UInt8>) -> Bool {
        var depth = 0
        var isText = false
        var isEscaped = false
        for byte in text {
            if isText {
                isText = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth = max(depth - 1, 0)
            default: break
            }
            guard depth <= limit else { return false }
        }
        return true
    }
}
