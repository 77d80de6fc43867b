import Wire

/// How a device writes an instant.
package enum TimeKind: Equatable, Sendable {
    /// Since 1970-01-01 in UTC, whole or with a fraction.
    case epochSeconds
    case epochMilliseconds
    case epochMicroseconds
    case epochNanoseconds
    /// With its zone.
    case rfc3339
    /// Date and time without a zone, in one that lies that many minutes ahead of UTC.
    case local(offsetMinutes: Int)
    /// Since 1980-01-06, without leap seconds.
    case gpsSeconds

    /// GPS seconds of 1980-01-06, and the leap seconds since then (IERS Bulletin C, none since 2017).
    private static let gpsEpochSeconds: Int64 = 315_964_800
    private static let leapSeconds: Int64 = 18

    /// Milliseconds since 1970, nil where the text is no such instant.
    func milliseconds(_ text: Span<UInt8>) -> Int64? {
        switch self {
        case .rfc3339: RFC3339.parse(text)
        case .local(let offset):
            RFC3339.parseLocal(text).map { $0 - Int64(offset) * 60_000 }
        default: nil
        }
    }

    func milliseconds(_ count: Int64) -> Int64? {
        let result: (partialValue: Int64, overflow: Bool)
        switch self {
        case .rfc3339, .local: return nil
        case .epochMilliseconds: return count
        case .epochMicroseconds: return count / 1000
        case .epochNanoseconds: return count / 1_000_000
        case .epochSeconds: result = count.multipliedReportingOverflow(by: 1000)
        case .gpsSeconds:
            let (seconds, overflow) = count.addingReportingOverflow(
                Self.gpsEpochSeconds - Self.leapSeconds)
            if overflow { return nil }
            result = seconds.multipliedReportingOverflow(by: 1000)
        }
        return result.overflow ? nil : result.partialValue
    }

    /// A count with a fraction, to the nearest millisecond.
    func milliseconds(_ count: Double) -> Int64? {
        let milliseconds: Double
        switch self {
        case .rfc3339, .local: return nil
        case .epochMilliseconds: milliseconds = count
        case .epochMicroseconds: milliseconds = count / 1000
        case .epochNanoseconds: milliseconds = count / 1_000_000
        case .epochSeconds: milliseconds = count * 1000
        case .gpsSeconds:
            milliseconds = (count + Double(Self.gpsEpochSeconds - Self.leapSeconds)) * 1000
        }
        return Int64(exactly: milliseconds.rounded())
    }
}
