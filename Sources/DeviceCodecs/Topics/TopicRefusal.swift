/// Why a topic leads to no profile.
package enum TopicRefusal: String, Error, CaseIterable, Sendable {
    /// No profile's pattern matches: nothing is known about the sender.
    case unknownTopic = "unknown_topic"
    case emptyName = "empty_name"
    /// The carrier's name is longer than `CarrierName.maximumLength`.
    case nameTooLong = "name_too_long"
    /// The carrier's name is not valid UTF-8.
    case invalidName = "invalid_name"
    /// The carrier's name holds a control character, `+` or `#`.
    case forbiddenCharacter = "forbidden_character"
}

extension TopicRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownTopic: "no device profile has this topic"
        case .emptyName: "the name in the topic is empty"
        case .nameTooLong: "the name in the topic is longer than \(CarrierName.maximumLength) bytes"
        case .invalidName: "the name in the topic is not UTF-8"
        case .forbiddenCharacter: "the name in the topic holds a control character, + or #"
        }
    }
}

/// What a bag or a vehicle may be called.
package enum CarrierName {
    /// In bytes. Serial numbers, UUIDs and number plates are a fraction of it.
    package static let maximumLength = 128

    /// Whether a name from a topic can be kept, shown and put into a topic again.
    package static func check(_ name: Span<UInt8>) throws(TopicRefusal) {
        guard !name.isEmpty else { throw .emptyName }
        guard name.count <= maximumLength else { throw .nameTooLong }
        var isASCII = true
        for index in name.indices {
            switch name[index] {
            case 0..<0x20, 0x7F, UInt8(ascii: "+"), UInt8(ascii: "#"): throw .forbiddenCharacter
            case 0x80...: isASCII = false
            default: break
            }
        }
        if !isASCII { try checkBeyondASCII(name) }
    }

    private static func checkBeyondASCII(_ name: Span<UInt8>) throws(TopicRefusal) {
        let isText = (try? UTF8Span(validating: name)) != nil
        guard isText else { throw .invalidName }
        // U+0080 to U+009F, the second block of control characters.
        for index in 1..<name.count
        where name[index - 1] == 0xC2 && (0x80...0x9F).contains(name[index]) {
            throw .forbiddenCharacter
        }
    }
}
