import ColdChain
import JSONText

/// A row of a gateway's document that holds values which the gateway decoded.
struct RelayedRow {
    let node: JSONDocument.Node
    /// Its place in the message, for what has to be rejected.
    let number: Int

    /// Adds the number of a member, in units of which the log's quantity has `factor`. What is null
    /// is not available; what is no number costs only itself. Answers whether there is such a
    /// member.
    @discardableResult
    func add(
        _ quantity: Quantity, probe: Int = 0, _ name: StaticString, times factor: Double = 1,
        _ document: borrowing JSONDocument, into batch: inout SampleBatch
    ) -> Bool {
        guard let member = document.member(name, of: node) else { return false }
        switch document[member] {
        case .missing: return false
        case .null: batch.add(quantity, probe: probe, .notAvailable)
        case .integer(let value): batch.add(quantity, probe: probe, Double(value) * factor)
        case .number(let value): batch.add(quantity, probe: probe, value * factor)
        case .text:
            if let value = DecimalDigits.number(document.text(member)) {
                batch.add(quantity, probe: probe, value * factor)
            } else {
                batch.add(quantity, probe: probe, .notANumber)
            }
        case .notANumber, .outOfRange: batch.add(quantity, probe: probe, .notANumber)
        case .bool, .container:
            batch.reject(row: number, .wrongType, field: quantity.name)
        }
        return true
    }

    /// The beacon that a row of `mac` and `timestamp` is of, and when it was heard; nil where one of
    /// them cannot be read, for which the row is rejected.
    func beacon(
        _ document: borrowing JSONDocument, _ message: MessageContext, into batch: inout SampleBatch
    ) -> (address: BluetoothAddress, draft: SampleDraft)? {
        guard document.isObject(node) else {
            batch.reject(row: number, .notAnObject)
            return nil
        }
        guard let address = address("mac", document) else {
            batch.reject(row: number, .missingField, field: "mac")
            return nil
        }
        var draft = SampleDraft()
        let time = GatewayTime(document.member("timestamp", of: node), in: document)
        guard draft.takeTime(time, message) else {
            batch.reject(row: number, .invalidTime)
            return nil
        }
        return (address, draft)
    }

    /// The address that a member holds as text.
    func address(
        _ name: StaticString, _ document: borrowing JSONDocument
    ) -> BluetoothAddress? {
        document.member(name, of: node).flatMap { BluetoothAddress(document.text($0)) }
    }
}

extension FrameRouter {
    /// Puts the bytes that a member writes in hexadecimal digits into `frame`. Nil where there is no
    /// such text or an empty one, false where it is none of these digits.
    mutating func takeFrame(
        _ name: StaticString, of row: RelayedRow, _ document: borrowing JSONDocument
    ) -> Bool? {
        frame.removeAll(keepingCapacity: true)
        guard let member = document.member(name, of: row.node), document.isText(member),
            !document.text(member).isEmpty
        else { return nil }
        return TextCoding.appendHex(document.text(member), to: &frame)
    }
}

extension SampleBatch {
    /// A gateway's message that was read to its end without a reading says only how it fares.
    mutating func noteStatusIfEmpty() {
        if samples.isEmpty, rejections.isEmpty { isStatus = true }
    }
}
