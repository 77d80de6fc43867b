package import ColdChain

/// The topics of one profile, such as `bags/{bag}/readings`: levels that are the same in all of
/// them, and levels in braces that differ. The level `{bag}` or `{vehicle}` names the carrier.
package struct TopicPattern: Equatable, Sendable {
    package enum Level: Equatable, Sendable {
        case literal(String)
        case capture(String)
    }

    /// Deep enough for every topic tree seen, and a bound for the walk along a topic.
    package static let maximumLevels = 16
    /// In bytes; beyond it a topic could not hold a carrier's longest name with certainty.
    package static let maximumLength = 512

    package let levels: [Level]
    package let carrier: CarrierKind
    /// The index in `levels` of the one that names the carrier.
    package let carrierLevel: Int

    /// Reads a pattern as a profile writes it.
    package init(_ text: String) throws(TopicPatternError) {
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= Self.maximumLevels else { throw .tooLong }
        var levels: [Level] = []
        for part in parts { levels.append(try Self.level(part)) }
        if case .literal(let first) = levels.first, first.hasPrefix("$") {
            throw .reservedForTheBroker(first)
        }
        let names = levels.compactMap(\.captured)
        guard Set(names).count == names.count else { throw .nameTwice }
        let carriers = levels.enumerated().compactMap { index, level in
            level.captured.flatMap(CarrierKind.init).map { (index, $0) }
        }
        guard let (index, kind) = carriers.first, carriers.count == 1 else { throw .noCarrier }
        self.levels = levels
        carrier = kind
        carrierLevel = index
    }

    private static func level(_ part: Substring) throws(TopicPatternError) -> Level {
        guard !part.isEmpty else { throw .emptyLevel }
        guard part.hasPrefix("{"), part.hasSuffix("}") else {
            let isForbidden = part.unicodeScalars.contains { "+#{}\0".unicodeScalars.contains($0) }
            guard !isForbidden else { throw .invalidLevel(String(part)) }
            return .literal(String(part))
        }
        let name = part.dropFirst().dropLast()
        let isName = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard !name.isEmpty, isName else { throw .invalidLevel(String(part)) }
        return .capture(String(name))
    }

    /// The MQTT topic filter that matches the same topics, such as `bags/+/readings`.
    package var filter: String {
        let parts = levels.map { level in
            switch level {
            case .literal(let text): text
            case .capture: "+"
            }
        }
        return parts.joined(separator: "/")
    }

    /// Whether there is a topic that both match.
    package func overlaps(_ other: TopicPattern) -> Bool {
        levels.count == other.levels.count
            && zip(levels, other.levels).allSatisfy { own, others in
                if case .literal(let a) = own, case .literal(let b) = others { return a == b }
                return true
            }
    }
}

extension TopicPattern.Level {
    fileprivate var captured: String? {
        guard case .capture(let name) = self else { return nil }
        return name
    }
}

/// Why a text is no topic pattern.
package enum TopicPatternError: Error, Equatable, Sendable {
    case tooLong
    case emptyLevel
    case invalidLevel(String)
    case reservedForTheBroker(String)
    case nameTwice
    /// None or more than one of the levels is `{bag}` or `{vehicle}`.
    case noCarrier
}

extension TopicPatternError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong:
            "a topic has at most \(TopicPattern.maximumLevels) levels and "
                + "\(TopicPattern.maximumLength) bytes"
        case .emptyLevel: "a level of the topic is empty"
        case .invalidLevel(let level):
            "'\(level)' is neither a literal level nor a name in braces such as {bag}"
        case .reservedForTheBroker(let level): "topics under '\(level)' belong to the broker"
        case .nameTwice: "two levels of the topic have the same name"
        case .noCarrier: "exactly one level of the topic has to be {bag} or {vehicle}"
        }
    }
}
