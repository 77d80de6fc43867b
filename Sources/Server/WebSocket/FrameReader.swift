/// Reads the frames of one client (RFC 6455 §5) out of received bytes and puts messages together.
///
/// A message that arrives in one piece is unmasked straight into the turn's payloads; only one that
/// arrives in several is gathered here, so that an idle connection holds no buffer.
package struct FrameReader: Sendable {
    package enum Outcome: Equatable, Sendable {
        /// The rest of the input is the beginning of something: keep it and come back with more.
        case needsMore
        /// The payload lies in this range of the payloads.
        case message(MessageKind, Range<Int>)
        /// A message in its compressed form, of which nothing but the length is checked.
        case compressedMessage(MessageKind, Range<Int>)
        /// To be answered with a pong of the same payload.
        case ping(Range<Int>)
        case pong
        case close(code: UInt16?)
        /// To be told the peer with a close frame of this code.
        case violation(code: UInt16, reason: StaticText)
    }

    private enum Opcode: UInt8 {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue >= 0x8 }
    }

    private struct Header {
        var opcode: Opcode
        var isFinal: Bool
        var isCompressed: Bool
        var payloadBytes: Int
        var mask: UInt32
        var headerBytes: Int
    }

    /// Whether messages may come compressed (RFC 7692).
    private let takesCompressed: Bool
    /// The message under way: its kind and form, what has come of it, and how many frames it took.
    private var kind: MessageKind?
    private var isCompressed = false
    private var gathered: [UInt8] = []
    private var frames = 0
    private var text = UTF8Validator()
    /// The data frame under way: what is still to come of it, and its mask, turned to the next byte.
    private var remaining = 0
    private var isFinal = true
    private var mask: UInt32 = 0

    package init(takesCompressed: Bool = false) {
        self.takesCompressed = takesCompressed
    }

    /// Reads on from `position`, up to the next outcome; moves `position` behind what it took.
    package mutating func read(
        _ input: Span<UInt8>, at position: inout Int, limits: ConnectionLimits,
        payloads: inout [UInt8]
    ) -> Outcome {
        while true {
            if remaining == 0 {
                let header: Header
                switch self.header(input, position) {
                case .needsMore: return .needsMore
                case .violation(let reason): return .violation(code: 1002, reason: reason)
                case .header(let found): header = found
                }
                if header.opcode.isControl {
                    guard position + header.headerBytes + header.payloadBytes <= input.count
                    else { return .needsMore }
                    position += header.headerBytes
                    return control(header, input, &position, payloads: &payloads)
                }
                position += header.headerBytes
                if let violation = begin(header, limits: limits) { return violation }
            }
            if let outcome = takePayload(input, &position, payloads: &payloads) { return outcome }
        }
    }

    /// Begins a data frame; answers with the rule it breaks, if any.
    private mutating func begin(_ header: Header, limits: ConnectionLimits) -> Outcome? {
        if header.opcode == .continuation {
            guard kind != nil else {
                return .violation(code: 1002, reason: "nothing to continue")
            }
        } else {
            guard kind == nil else {
                return .violation(code: 1002, reason: "message not finished")
            }
            kind = header.opcode == .text ? .text : .binary
            isCompressed = header.isCompressed
        }
        frames += 1
        guard frames <= limits.fragments else {
            return .violation(code: 1008, reason: "too many fragments")
        }
        let most =
            isCompressed ? Self.compressedBytes(limits.messageBytes) : limits.messageBytes
        guard header.payloadBytes <= most - gathered.count else {
            return .violation(code: 1009, reason: "message too big")
        }
        remaining = header.payloadBytes
        isFinal = header.isFinal
        mask = header.mask
        return nil
    }

    /// What a message of `bytes` may take when it is compressed: one that cannot be made shorter
    /// becomes a little longer, with poor compressors by an eighth.
    private static func compressedBytes(_ bytes: Int) -> Int { bytes + bytes / 8 + 64 }

    /// Takes what there is of a data frame; nil where a frame that is not the last one is complete.
    private mutating func takePayload(
        _ input: Span<UInt8>, _ position: inout Int, payloads: inout [UInt8]
    ) -> Outcome? {
        let count = min(remaining, input.count - position)
        remaining -= count
        let completesMessage = remaining == 0 && isFinal
        let isWhole = completesMessage && gathered.isEmpty
        let piece = input.extracting(position..<position + count)
        position += count
        let range =
            isWhole
            ? payloads.append(piece, unmaskedWith: mask)
            : gathered.append(piece, unmaskedWith: mask)
        mask = Self.rotated(mask, by: count)
        if kind == .text, !isCompressed {
            guard text.accept(isWhole ? payloads[range] : gathered[range]),
                text.isComplete || !completesMessage
            else { return .violation(code: 1007, reason: "text is not UTF-8") }
        }
        guard completesMessage, let kind else { return remaining > 0 ? .needsMore : nil }
        defer { forgetMessage() }
        guard !isWhole else { return message(kind, range) }
        let start = payloads.count
        payloads.append(contentsOf: gathered)
        return message(kind, start..<payloads.count)
    }

    private func message(_ kind: MessageKind, _ range: Range<Int>) -> Outcome {
        isCompressed ? .compressedMessage(kind, range) : .message(kind, range)
    }

    private mutating func forgetMessage() {
        kind = nil
        frames = 0
        if !gathered.isEmpty { gathered = [] }
    }

    private func control(
        _ header: Header, _ input: Span<UInt8>, _ position: inout Int, payloads: inout [UInt8]
    ) -> Outcome {
        let piece = input.extracting(position..<position + header.payloadBytes)
        position += header.payloadBytes
        switch header.opcode {
        case .ping:
            return .ping(payloads.append(piece, unmaskedWith: header.mask))
        case .close:
            let range = payloads.append(piece, unmaskedWith: header.mask)
            defer { payloads.removeSubrange(range) }
            return Self.close(payloads[range])
        default:
            return .pong
        }
    }

    /// RFC 6455 §5.5.1 and §7.4.
    private static func close(_ payload: ArraySlice<UInt8>) -> Outcome {
        guard let high = payload.first else { return .close(code: nil) }
        guard payload.count >= 2 else {
            return .violation(code: 1002, reason: "close code is cut")
        }
        let code = UInt16(high) << 8 | UInt16(payload[payload.startIndex + 1])
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: break
        default: return .violation(code: 1002, reason: "close code is not valid")
        }
        var reason = UTF8Validator()
        guard reason.accept(payload.dropFirst(2)), reason.isComplete else {
            return .violation(code: 1007, reason: "close reason is not UTF-8")
        }
        return .close(code: code)
    }
}

// MARK: - Frame header

extension FrameReader {
    private enum HeaderOutcome {
        case needsMore
        case violation(StaticText)
        case header(Header)
    }

    private func header(_ input: Span<UInt8>, _ position: Int) -> HeaderOutcome {
        guard input.count - position >= 2 else { return .needsMore }
        let first = input[position]
        let second = input[position + 1]
        // RSV1 says of a whole message that it is compressed, and so stands on its first frame.
        let opensMessage =
            first & 0x0F == Opcode.text.rawValue || first & 0x0F == Opcode.binary.rawValue
        let isCompressed = first & 0x40 != 0
        guard first & 0x30 == 0, !isCompressed || (takesCompressed && opensMessage) else {
            return .violation("reserved bit is set")
        }
        guard let opcode = Opcode(rawValue: first & 0xF) else {
            return .violation("opcode is reserved")
        }
        let isFinal = first & 0x80 != 0
        guard second & 0x80 != 0 else { return .violation("frame is not masked") }
        let short = Int(second & 0x7F)
        guard !opcode.isControl || (isFinal && short < 126) else {
            return .violation("control frame is too long or in pieces")
        }
        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        let headerBytes = 2 + lengthBytes + 4
        guard input.count - position >= headerBytes else { return .needsMore }
        var length = lengthBytes == 0 ? UInt64(short) : 0
        for index in 0..<lengthBytes {
            length = length << 8 | UInt64(input[position + 2 + index])
        }
        guard lengthBytes == 0 || length >= (lengthBytes == 2 ? 126 : 0x1_0000) else {
            return .violation("length is not in its shortest form")
        }
        guard let payloadBytes = Int(exactly: length) else {
            return .violation("length is out of range")
        }
        var mask: UInt32 = 0
        for index in 0..<4 {
            mask |= UInt32(input[position + 2 + lengthBytes + index]) << UInt32(8 * index)
        }
        return .header(
            Header(
                opcode: opcode, isFinal: isFinal, isCompressed: isCompressed,
                payloadBytes: payloadBytes, mask: mask, headerBytes: headerBytes))
    }

    /// The mask as seen from `count` bytes further on.
    private static func rotated(_ mask: UInt32, by count: Int) -> UInt32 {
        let shift = UInt32(count & 3) * 8
        return shift == 0 ? mask : mask >> shift | mask << (32 - shift)
    }
}

/// A reason that is written in the code, so that it needs no allocation and no escape.
package struct StaticText: Equatable, Sendable, ExpressibleByStringLiteral {
    package let text: StaticString

    package init(stringLiteral value: StaticString) {
        text = value
    }

    package static func == (left: StaticText, right: StaticText) -> Bool {
        left.text.description == right.text.description
    }
}

extension [UInt8] {
    /// Appends bytes with the mask taken off (RFC 6455 §5.3) and tells where they are now. The
    /// mask's first byte is its lowest.
    mutating func append(_ bytes: Span<UInt8>, unmaskedWith mask: UInt32) -> Range<Int> {
        let start = count
        append(bytes)
        var rest = mutableSpan
        for index in start..<rest.count {
            let shift = UInt32((index - start) & 3) * 8
            rest[index] ^= UInt8(truncatingIfNeeded: mask >> shift)
        }
        return start..<count
    }

    mutating func append(_ bytes: Span<UInt8>) {
        // The buffer is only read, and only while the span that lends it is alive.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
