/// The digit that a packet begins with.
enum SocketIOPacketKind: UInt8 {
    case connect = 0x30
    case disconnect = 0x31
    case event = 0x32
    case acknowledgement = 0x33
    case connectError = 0x34
    case binaryEvent = 0x35
    case binaryAcknowledgement = 0x36

    var isBinary: Bool { self == .binaryEvent || self == .binaryAcknowledgement }

    init(_ packet: SocketIOPacket) {
        switch packet.content {
        case .connect: self = .connect
        case .disconnect: self = .disconnect
        case .event: self = packet.attachments == nil ? .event : .binaryEvent
        case .acknowledgement:
            self = packet.attachments == nil ? .acknowledgement : .binaryAcknowledgement
        case .connectError: self = .connectError
        }
    }
}

/// What stands before the payload: `<kind>[<attachments>-][<namespace>,][<acknowledgement>]`.
struct SocketIOPacketHeader {
    let kind: SocketIOPacketKind
    let attachments: Int?
    let namespace: String
    let acknowledgement: UInt64?
    /// What follows; empty where the packet has no payload.
    let payload: ArraySlice<UInt8>

    init(_ text: ArraySlice<UInt8>, limits: SocketIOLimits) throws(SocketIOPacketError) {
        guard let first = text.first, let kind = SocketIOPacketKind(rawValue: first) else {
            throw .unknownKind
        }
        self.kind = kind
        var rest = text.dropFirst()
        attachments = kind.isBinary ? try Self.takeAttachments(from: &rest, limits: limits) : nil
        namespace = try Self.takeNamespace(from: &rest, limits: limits)
        acknowledgement = try Self.takeAcknowledgement(from: &rest)
        payload = rest
    }

    private static func takeAttachments(
        from rest: inout ArraySlice<UInt8>, limits: SocketIOLimits
    ) throws(SocketIOPacketError) -> Int {
        let digits = rest.prefix(while: isDigit)
        rest = rest[digits.endIndex...]
        guard let count = number(of: digits, most: .max), rest.popFirst() == UInt8(ascii: "-")
        else { throw .wrongAttachments }
        guard count <= UInt64(max(limits.attachments, 0)) else { throw .tooManyAttachments }
        return Int(count)
    }

    private static func takeNamespace(
        from rest: inout ArraySlice<UInt8>, limits: SocketIOLimits
    ) throws(SocketIOPacketError) -> String {
        guard rest.first == UInt8(ascii: "/") else { return SocketIOPacket.mainNamespace }
        let name = rest.prefix { $0 != UInt8(ascii: ",") }
        guard name.count <= limits.namespaceBytes,
            let text = String(validating: name, as: UTF8.self)
        else { throw .wrongNamespace }
        rest = rest[name.endIndex...].dropFirst()
        return text
    }

    private static func takeAcknowledgement(
        from rest: inout ArraySlice<UInt8>
    ) throws(SocketIOPacketError) -> UInt64? {
        let digits = rest.prefix(while: isDigit)
        guard !digits.isEmpty else { return nil }
        rest = rest[digits.endIndex...]
        guard let number = number(of: digits, most: SocketIOPacket.largestAcknowledgement) else {
            throw .wrongAcknowledgement
        }
        return number
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Nil where there is no digit, or the number is larger than `most`.
    private static func number(of digits: ArraySlice<UInt8>, most: UInt64) -> UInt64? {
        guard !digits.isEmpty else { return nil }
        var number: UInt64 = 0
        for digit in digits {
            let (tenfold, overflows) = number.multipliedReportingOverflow(by: 10)
            let (sum, carries) = tenfold.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
            guard !overflows, !carries, sum <= most else { return nil }
            number = sum
        }
        return number
    }
}
