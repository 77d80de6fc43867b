package import Wire

/// One field of a type of message.
package struct MessageField: Equatable, Sendable {
    package enum Kind: Equatable, Sendable {
        /// UTF-8 of at most so many bytes.
        case text(bytes: Int)
        /// What can be part of the name of a channel: an order, a driver, a cafe.
        case identifier
        case number(ClosedRange<Double>)
        case integer(ClosedRange<Int64>)
        case boolean
        /// RFC 3339.
        case instant
        case choice([String])
        /// JSON text of at most so many bytes.
        case object(bytes: Int)
        case array(bytes: Int)

        /// The kind's name in the catalogue.
        package var name: String {
            switch self {
            case .text: "string"
            case .identifier: "identifier"
            case .number: "number"
            case .integer: "integer"
            case .boolean: "boolean"
            case .instant: "instant"
            case .choice: "enum"
            case .object: "object"
            case .array: "array"
            }
        }
    }

    /// What Freshwire fills in by what it knows of the publisher. Whoever is not the platform cannot
    /// say otherwise.
    package enum Filling: String, CaseIterable, Sendable {
        /// The publisher's identifier.
        case subject
        /// What the publisher is in a conversation: `client`, `driver` or `support`.
        case role
        /// When the message says that it happened.
        case time
        /// The publisher's name for the message.
        case message
    }

    package var name: String
    package var kind: Kind
    package var isRequired: Bool
    /// Whether it says something of a person or of money.
    package var isSensitive: Bool
    /// Whether it only says where the message goes, and is not told.
    package var isAddress: Bool
    package var filling: Filling?
    /// What it is where the publisher does not say.
    package var standard: JSON?

    package init(
        _ name: String, _ kind: Kind, isRequired: Bool = false, isSensitive: Bool = false,
        isAddress: Bool = false, filling: Filling? = nil, standard: JSON? = nil
    ) {
        self.isAddress = isAddress
        self.standard = standard
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.isSensitive = isSensitive
        self.filling = filling
    }

    /// Why a value is none of the field's, in words; nil where it is one.
    package func fault(of value: JSON) -> String? {
        switch kind {
        case .text(let bytes):
            guard let text = value.string else { return "it must be text" }
            guard text.utf8.count <= bytes else { return "it has more than \(bytes) bytes" }
            return text.isEmpty && isRequired ? "it is empty" : nil
        case .identifier:
            guard let text = value.string, Identifier.isOne(text) else { return Identifier.rule }
            return nil
        case .number(let range):
            guard let number = value.double, range.contains(number) else {
                return "it must be a number from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        case .integer(let range):
            guard let number = value.integer, range.contains(number) else {
                return "it must be a whole number from \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        case .boolean:
            return value.bool == nil ? "it must be true or false" : nil
        case .instant:
            guard let text = value.string, RFC3339.parse(text) != nil else {
                return "it must be RFC 3339 text such as 2026-11-20T12:00:00Z"
            }
            return nil
        case .choice(let words):
            guard let text = value.string, words.contains(text) else {
                return "it must be one of \(words.joined(separator: ", "))"
            }
            return nil
        case .object(let bytes):
            guard value.members != nil else { return "it must be an object" }
            return Self.length(of: value) > bytes ? "it has more than \(bytes) bytes" : nil
        case .array(let bytes):
            guard value.array != nil else { return "it must be an array" }
            return Self.length(of: value) > bytes ? "it has more than \(bytes) bytes" : nil
        }
    }

    private static func length(of value: JSON) -> Int {
        var writer = JSONWriter(capacity: 256)
        writer.value(value)
        return writer.bytes.count
    }
}

/// What an identifier from outside must be: it becomes part of names of channels and of topics.
package enum Identifier {
    package static let rule =
        "it must be 1 to 128 bytes without blanks, control characters and / + # \" \\"

    package static func isOne(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...128).contains(bytes.count)
            && !bytes.contains { $0 <= 0x20 || $0 == 0x7F || "/+#\"\\".utf8.contains($0) }
    }
}
