package import ColdChain

/// The topics of one profile, such as `bags/{bag}/readings`: levels that are the same in all of
/// them, and levels in braces that differ.
///
/// The level `{bag}` or `{vehicle}` names the carrier, `{device}` the device; without any of them
/// the payload has to tell the device. The last level may end in `...`, as `{device...}`: it stands
/// for one or more levels.
package struct TopicPattern: Equatable, Sendable {
    package enum Level: Equatable, Sendable {
        case literal(String)
        case capture(String)
        /// One or more levels up to the end of the topic.
        case rest(String)
    }

    /// Who the topic names, and in which of its levels.
    package enum Naming: Equatable, Sendable {
        case carrier(CarrierKind, level: Int)
        case device(level: Int)
        /// A gateway's or a network's topic.
        case nobody
    }

    /// Deep enough for every topic tree seen, and a bound for the walk along a topic.
    package static let maximumLevels = 16
    /// In bytes; beyond it a topic could not hold a carrier's longest name with certainty.
    package static let maximumLength = 512

    package let levels: [Level]
    package let naming: Naming

    /// Reads a pattern as a profile writes it.
    package init(_ text: String) throws(TopicPatternError) {
        guard text.utf8.count <= Self.maximumLength else { throw .tooLong }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= Self.maximumLevels else { throw .tooLong }
        var levels: [Level] = []
        for (index, part) in parts.enumerated() {
            // Some gateways begin their topics with a slash.
            let isLeading = index == 0 && part.isEmpty && parts.count > 1
            levels.append(isLeading ? .literal("") : try Self.level(part))
        }
        if case .literal(let first) = levels.first, first.hasPrefix("$") {
            throw .reservedForTheBroker(first)
        }
        for level in levels.dropLast() {
            if case .rest(let name) = level { throw .notLast(name) }
        }
        let names = levels.compactMap(\.captured)
        guard Set(names).count == names.count else { throw .nameTwice }
        self.levels = levels
        naming = try Self.naming(of: levels)
    }

    private static func naming(of levels: [Level]) throws(TopicPatternError) -> Naming {
        var found: [Naming] = []
        for (index, level) in levels.enumerated() {
            guard let name = level.captured else { continue }
            if let kind = CarrierKind(rawValue: name) {
                found.append(.carrier(kind, level: index))
            } else if name == "device" {
                found.append(.device(level: index))
            }
        }
        guard found.count <= 1 else { throw .twoNames }
        return found.first ?? .nobody
    }

    private static func level(_ part: Substring) throws(TopicPatternError) -> Level {
        guard !part.isEmpty else { throw .emptyLevel }
        guard part.hasPrefix("{"), part.hasSuffix("}") else {
            let isForbidden = part.unicodeScalars.contains { "+#{}\0".unicodeScalars.contains($0) }
            guard !isForbidden else { throw .invalidLevel(String(part)) }
            return .literal(String(part))
        }
        var name = part.dropFirst().dropLast()
        let isRest = name.hasSuffix("...")
        if isRest { name = name.dropLast(3) }
        let isName = name.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
        }
        guard !name.isEmpty, isName else { throw .invalidLevel(String(part)) }
        return isRest ? .rest(String(name)) : .capture(String(name))
    }

    /// The MQTT topic filter that matches the same topics, such as `bags/+/readings`.
    package var filter: String {
        let parts = levels.map { level in
            switch level {
            case .literal(let text): text
            case .capture: "+"
            case .rest: "#"
            }
        }
        return parts.joined(separator: "/")
    }
}

extension TopicPattern.Level {
    fileprivate var captured: String? {
        switch self {
        case .literal: nil
        case .capture(let name), .rest(let name): name
        }
    }
}

/// Why a text is no topic pattern.
package enum TopicPatternError: Error, Equatable, Sendable {
    case tooLong
    case emptyLevel
    case invalidLevel(String)
    case reservedForTheBroker(String)
    case nameTwice
    /// More than one of the levels is `{bag}`, `{vehicle}` or `{device}`.
    case twoNames
    /// Only the last level can stand for several.
    case notLast(String)
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
        case .twoNames: "only one level of the topic can be {bag}, {vehicle} or {device}"
        case .notLast(let name): "'{\(name)...}' has to be the last level"
        }
    }
}
