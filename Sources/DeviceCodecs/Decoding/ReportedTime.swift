package import ColdChain
package import JSONText
import Wire

/// What a document has in the place of a time.
package enum ReportedTime: Equatable, Sendable {
    case absent
    case instant(Timestamp)
    /// A date and a time of day without a zone, read as if it were UTC.
    case withoutZone(Timestamp)
    case unreadable
}

extension JSONDocument {
    /// A time as text (RFC 3339, the zone may be missing) or as a count since 1970, which is one of
    /// seconds below 10^11 (the year 5138) and one of milliseconds from there on.
    package func reportedTime(_ node: Node?) -> ReportedTime {
        guard let node else { return .absent }
        switch self[node] {
        case .missing, .null: return .absent
        case .integer(let count): return Self.time(Double(count))
        case .number(let count): return Self.time(count)
        case .text: return Self.time(text(node))
        case .bool, .container, .notANumber, .outOfRange: return .unreadable
        }
    }

    /// In bytes: with eleven digits of a fraction, which is more than any clock tells.
    private static var longestLocalTime: Int { 31 }

    private static func time(_ count: Double) -> ReportedTime {
        let milliseconds = count.magnitude < 1e11 ? count * 1000 : count
        guard let whole = Int64(exactly: milliseconds.rounded()),
            RFC3339.representable.contains(whole)
        else { return .unreadable }
        return .instant(Timestamp(milliseconds: whole))
    }

    private static func time(_ text: Span<UInt8>) -> ReportedTime {
        if let instant = RFC3339.parse(text) {
            return .instant(Timestamp(milliseconds: instant))
        }
        guard text.count <= longestLocalTime, let local = RFC3339.parseLocal(text)
        else { return .unreadable }
        return .withoutZone(Timestamp(milliseconds: local))
    }
}

extension SampleDraft {
    /// Takes a time that a document reports. False where something stands there that is no time.
    ///
    /// - Parameter utcOffsetMinutes: how far the sender's clock is ahead of UTC, for times without
    ///   a zone; nil where nobody said so, and such a time is then not used.
    package mutating func setTime(
        _ reported: ReportedTime, by source: TimeSource, utcOffsetMinutes: Int? = nil,
        _ message: MessageContext
    ) -> Bool {
        switch reported {
        case .absent: return true
        case .unreadable: return false
        case .instant(let claimed): setTime(claimed, by: source, message)
        case .withoutZone(let local):
            notes.insert(.zoneUnknown)
            if let utcOffsetMinutes {
                let ahead = Int64(utcOffsetMinutes.clamped(to: -1440...1440)) * 60_000
                setTime(local.advanced(byMilliseconds: -ahead), by: source, message)
            } else if local < message.clock.earliest {
                notes.insert(.clockUnset)
            }
        }
        return true
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
