import Wire

/// What a server message is known by: opaque to clients, a position in the log to the server.
///
/// A client names one last message for all its channels when it comes back, so the position counts
/// the log's events as a whole: ascending within every channel, without being dense in any.
enum MessageID: Equatable {
    /// `<epoch>-<number>`: the event of that number in the log.
    case record(UInt64)
    /// `<epoch>-<number>.<run>.<step>`: a message that is not in the log, said after the event of
    /// that number.
    case passing(after: UInt64, step: UInt64)

    /// The order of messages that are not in the log.
    var step: UInt64 {
        switch self {
        case .record: 0
        case .passing(_, let step): step
        }
    }
}

/// Writes message identifiers as quoted JSON strings, and reads them back.
struct MessageIDText {
    /// The opening quote, the epoch and the hyphen.
    private let prefix: [UInt8]
    private let epoch: String
    /// Tells the passing messages of this run of the program from those of an earlier one.
    private let run: UInt64

    init(epoch: String, run: UInt64) {
        self.epoch = epoch
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
            bytes.append(decimal: number)
        case .passing(let number, let step):
            bytes.append(decimal: number)
            bytes.append(UInt8(ascii: "."))
            bytes.append(decimal: run)
            bytes.append(UInt8(ascii: "."))
            bytes.append(decimal: step)
        }
    }
}

extension MessageIDText {
    /// The number in the log that whoever was told a message has everything up to; nil where the
    /// identifier is none of this history's.
    func position(of id: String) -> UInt64? {
        guard id.hasPrefix(epoch) else { return nil }
        let rest = id.dropFirst(epoch.count)
        guard rest.first == "-" else { return nil }
        let number = rest.dropFirst().prefix { $0 != "." }
        guard !number.isEmpty, number.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return UInt64(number)
    }
}

private func escapedJSON(_ text: String) -> [UInt8] {
    var writer = JSONWriter(capacity: text.utf8.count + 2)
    writer.value(text)
    return writer.bytes
}
