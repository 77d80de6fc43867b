import ColdChain

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

/// What a bag or a vehicle may be called in a topic.
package enum CarrierName {
    /// In bytes.
    package static let maximumLength = DeviceName.maximumLength

    /// Whether a name from a topic can be kept, shown and put into a topic again.
    package static func check(_ name: Span<UInt8>) throws(TopicRefusal) {
        do throws(DeviceName.Fault) {
            try DeviceName.check(name)
        } catch {
            switch error {
            case .empty: throw .emptyName
            case .tooLong: throw .nameTooLong
            case .notUTF8: throw .invalidName
            case .forbiddenCharacter: throw .forbiddenCharacter
            }
        }
    }
}
