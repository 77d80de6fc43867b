import ColdChain
import Fabric
import JSONText
import Server
import Wire

/// What holds for the path of a WebSocket client's bytes, whatever they are: frames, then JSON,
/// then the dialect. A property that does not hold stops the program, which is what a fuzzer looks
/// for.
///
/// The first byte of an input says what the others are: bytes of the connection, or the payload of
/// one message, which spares the fuzzer the masks.
package struct RealtimeProperties: ~Copyable {
    private let reader: JSONTextReader
    /// Small, so that inputs of a fuzzer's size reach them.
    private let limits: ConnectionLimits

    package init() throws {
        reader = try JSONTextReader(
            limits: JSONLimits(maximumBytes: 1_000, maximumDepth: 8, maximumRows: 20))
        var limits = ConnectionLimits()
        limits.messageBytes = 1_000
        limits.fragments = 4
        self.limits = limits
    }

    package mutating func check(_ input: Span<UInt8>) {
        guard !input.isEmpty else { return }
        let rest = input.extracting(droppingFirst: 1)
        if input[0] & 1 == 0 {
            checkConnection(rest)
        } else {
            var bytes: [UInt8] = []
            for index in rest.indices { bytes.append(rest[index]) }
            checkDialogue([bytes], in: .wia)
            checkDialogue([bytes], in: .tableTap)
        }
    }

    /// What a connection's bytes came to, in order.
    private struct Reading: Equatable {
        var messages: [[UInt8]] = []
        var pings: [[UInt8]] = []
        var pongs = 0
        /// Why the connection ended; nil while it did not.
        var end: UInt16??
    }

    private func checkConnection(_ bytes: Span<UInt8>) {
        let whole = read(bytes, step: max(bytes.count, 1))
        // TCP may cut a stream anywhere.
        precondition(read(bytes, step: 1) == whole, "cuts do not matter")
        precondition(read(bytes, step: 7) == whole, "cuts do not matter")
        for message in whole.messages {
            precondition(message.count <= limits.messageBytes, "messages are bounded")
        }
        for ping in whole.pings { precondition(ping.count <= 125, "control frames are bounded") }
        checkDialogue(whole.messages, in: .wia)
        checkDialogue(whole.messages, in: .tableTap)
    }

    /// Reads a stream that arrives in pieces of `step` bytes.
    private func read(_ bytes: Span<UInt8>, step: Int) -> Reading {
        var frames = FrameReader()
        var reading = Reading()
        var waiting: [UInt8] = []
        var next = 0
        while next < bytes.count, reading.end == nil {
            let end = min(next + step, bytes.count)
            for index in next..<end { waiting.append(bytes[index]) }
            next = end
            let taken = take(waiting, &frames, &reading)
            precondition(taken <= waiting.count, "nothing is read beyond the input")
            waiting.removeFirst(taken)
        }
        return reading
    }

    private func take(
        _ waiting: [UInt8], _ frames: inout FrameReader, _ reading: inout Reading
    ) -> Int {
        var position = 0
        var payloads: [UInt8] = []
        while true {
            switch frames.read(
                waiting.span, at: &position, limits: limits, payloads: &payloads)
            {
            case .needsMore: return position
            case .message(let kind, let range):
                let payload = Array(payloads[range])
                if kind == .text {
                    precondition(
                        String(validating: payload, as: UTF8.self) != nil, "text is UTF-8")
                }
                reading.messages.append(payload)
            case .compressedMessage: preconditionFailure("compression is not agreed on")
            case .ping(let range): reading.pings.append(Array(payloads[range]))
            case .pong: reading.pongs += 1
            case .close(let code):
                reading.end = .some(code)
                return position
            case .violation(let code, _):
                precondition([1002, 1007, 1008, 1009].contains(code), "a code of the protocol")
                reading.end = .some(code)
                return position
            }
        }
    }

    /// Each message is answered once or ends the connection, and nothing is held without bound.
    private func checkDialogue(_ messages: [[UInt8]], in dialect: Dialect) {
        var fabricLimits = FabricLimits()
        fabricLimits.outboxBytes = 4_096
        fabricLimits.subscriptions = 2
        let most = dialect == .tableTap ? fabricLimits.tableTap.controlBytes : 64 << 10
        var fabric = Fabric(
            epoch: "fuzz", lastNumber: 0, limits: fabricLimits,
            positions: PositionCoding(append: { _, _ in }, number: { UInt64($0) }),
            fields: RecordFields { _ in nil }, now: Self.moment(0))
        var order = Order(
            number: OrderNumber(1), id: "O1", foodClass: .hot, customer: "c1",
            createdAt: Self.moment(0).wall, updatedAt: Self.moment(0).wall)
        order.driver = "d1"
        fabric.restore([order])
        let connection = ConnectionNumber(1)
        fabric.connect(
            connection, identity: Identity(subject: "c1", role: .customer), in: dialect,
            now: Self.moment(0))
        var effects = FabricEffects()
        var greeting: [UInt8] = []
        _ = fabric.fill(connection, into: &greeting, limit: 1_024)
        fabric.takeEffects(into: &effects)
        for (index, message) in messages.enumerated() {
            let now = Self.moment(Int64(index) * 10)
            let json = Result { () throws(JSONSyntaxError) in try reader.parse(message.span) }
            fabric.receive(json.mapError { _ in .notJSON }, on: connection, now: now)
            fabric.takeEffects(into: &effects)
            var written: [UInt8] = []
            while fabric.fill(connection, into: &written, limit: 1_024) == .more {}
            precondition(
                !written.isEmpty || !effects.closings.isEmpty || !effects.tokens.isEmpty,
                "no message is left unanswered")
            precondition(written.count <= most, "an answer is bounded")
            if !effects.closings.isEmpty { break }
        }
        fabric.disconnect(connection)
        precondition(fabric.connectionCount == 0 && fabric.outboxBytes == 0, "nothing is left")
    }

    private static func moment(_ milliseconds: Int64) -> Moment {
        Moment(
            wall: Timestamp(milliseconds: 1_795_176_000_000 + milliseconds), uptime: milliseconds)
    }
}
