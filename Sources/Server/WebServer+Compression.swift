import Deflate

// Compressed messages of clients (RFC 7692).
extension WebServer {
    /// What is agreed on with a client; nil where compression is off, or nothing it offers can be
    /// met.
    func agreedCompression(_ head: RequestHead) -> DeflateAgreement? {
        guard settings.compresses, !head.upgrade.extensions.isEmpty,
            let agreement = DeflateAgreement.first(offeredIn: head.upgrade.extensions)
        else { return nil }
        // Without memory for it the connection does without.
        if inflater == nil { inflater = try? Inflater() }
        return inflater == nil ? nil : agreement
    }

    /// How often over the messages of one read may become longer, beside two that may be of any
    /// length: far more than text gets by, and a bound to what a few bytes can cost.
    private static let growthMaximum = 100

    /// What the messages of one read may come to, in bytes.
    func inflatedMaximum(ofRead bytes: Int) -> Int {
        bytes * Self.growthMaximum + 2 * settings.limits.messageBytes
    }

    /// Puts a message in the place of its compressed form, which is the last of the payloads.
    func didReceive(
        compressed kind: MessageKind, _ range: Range<Int>, at slot: Int, mostPayloads: Int
    ) {
        let payload = Array(next.payloads[range])
        next.payloads.removeSubrange(range)
        let outcome = inflater?.inflate(
            payload.span, into: &next.payloads, most: settings.limits.messageBytes)
        let message = range.lowerBound..<next.payloads.count
        switch outcome {
        case .whole:
            guard message.upperBound <= mostPayloads else {
                refuse(message, at: slot, 1008, reason: "too much in few bytes")
                return
            }
            var text = UTF8Validator()
            guard kind == .binary || (text.accept(next.payloads[message]) && text.isComplete)
            else {
                refuse(message, at: slot, 1007, reason: "text is not UTF-8")
                return
            }
            next.events.append(.message(identity(of: slot), kind, message))
        case .tooLong:
            refuse(message, at: slot, 1009, reason: "message too big")
        case .malformed, nil:
            refuse(message, at: slot, 1007, reason: "message is not deflated")
        }
    }

    private func refuse(_ message: Range<Int>, at slot: Int, _ code: UInt16, reason: String) {
        next.payloads.removeSubrange(message)
        fail(slot, code, reason: reason)
    }
}
