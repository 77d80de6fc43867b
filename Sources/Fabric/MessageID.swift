import Wire

/// What a server message is known by: opaque to clients, a position in the log to the server.
///
/// A client names one last message for all its channels when it comes back, so the position counts
/// the log's events as a whole: ascending within every channel, without being dense in any.
enum MessageID: Equatable {
    /// The event of that number in the log.
    case record(UInt64)
    /// A message that is not in the log, said after the event of that number.
    case passing(after: UInt64, step: UInt64)

    /// The order of messages that are not in the log.
    var step: UInt64 {
        switch self {
        case .record: 0
        case .passing(_, let step): step
        }
    }
}

/// Where a message stands, as its identifier says it: never twice the same.
package struct MessagePosition: Equatable, Sendable {
    /// Whoever was told the message has everything up to the event of this number in the log.
    package var number: UInt64
    /// Tells the messages of this run of the program that are not in the log from those of an
    /// earlier one; 0 for those of the log.
    package var run: UInt64
    /// Counts the messages of the run that are not in the log; 0 for those of the log.
    package var step: UInt64

    package init(number: UInt64, run: UInt64 = 0, step: UInt64 = 0) {
        self.number = number
        self.run = run
        self.step = step
    }
}

/// How positions become text that tells clients nothing. A count of the log's events would tell
/// everybody how busy the platform is.
package struct PositionCoding {
    package let append: (MessagePosition, inout [UInt8]) -> Void
    package let number: (Substring) -> UInt64?

    /// - Parameters:
    ///   - append: Appends a position's text: letters, digits and `_.-`.
    ///   - number: Reads the number back; nil where the text is not one that was appended.
    package init(
        append: @escaping (MessagePosition, inout [UInt8]) -> Void,
        number: @escaping (Substring) -> UInt64?
    ) {
        self.append = append
        self.number = number
    }
}

/// Writes message identifiers, `<epoch>-<position>`, as quoted JSON strings, and reads them back.
struct MessageIDText {
    /// The opening quote, the epoch and the hyphen.
    private let prefix: [UInt8]
    private let epoch: String
    private let run: UInt64
    private let coding: PositionCoding

    init(epoch: String, run: UInt64, coding: PositionCoding) {
        self.epoch = epoch
        self.coding = coding
        let quoted = escapedJSON(epoch)
        prefix = quoted.dropLast() + [UInt8(ascii: "-")]
        self.run = run
    }

    func append(_ id: MessageID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: prefix)
        append(positionOf: id, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Appends the identifier without quotes; only what may stand in a line of its own and needs no
    /// escape anywhere is kept of the epoch.
    func append(plain id: MessageID, to bytes: inout [UInt8]) {
        for unit in epoch.utf8 where unit > 0x20 && unit < 0x7F { bytes.append(unit) }
        bytes.append(UInt8(ascii: "-"))
        append(positionOf: id, to: &bytes)
    }

    private func append(positionOf id: MessageID, to bytes: inout [UInt8]) {
        switch id {
        case .record(let number):
            coding.append(MessagePosition(number: number), &bytes)
        case .passing(let number, let step):
            coding.append(MessagePosition(number: number, run: run, step: step), &bytes)
        }
    }

    /// The number in the log that whoever was told a message has everything up to; nil where the
    /// identifier is none of this history's.
    func position(of id: String) -> UInt64? {
        guard id.hasPrefix(epoch) else { return nil }
        let rest = id.dropFirst(epoch.count)
        guard rest.first == "-" else { return nil }
        return coding.number(rest.dropFirst())
    }
}

extension JSONWriter {
    mutating func member(_ name: String, _ id: MessageID, _ ids: MessageIDText) {
        var quoted: [UInt8] = []
        ids.append(id, to: &quoted)
        self.name(name)
        raw(quoted)
    }
}

private func escapedJSON(_ text: String) -> [UInt8] {
    var writer = JSONWriter(capacity: text.utf8.count + 2)
    writer.value(text)
    return writer.bytes
}
