internal import CCurl

/// The header `Retry-After` (RFC 9110 §10.2.3).
package enum RetryAfter {
    /// 317 years; also keeps the arithmetic far from its ends.
    private static let maximumDigits = 10

    /// How long the receiver asks to wait, in milliseconds from `nowSeconds` since 1970: a number
    /// of seconds, or an HTTP date (0 where it is past). Nil for anything else.
    package static func milliseconds(_ value: String, nowSeconds: Int64) -> Int64? {
        guard !value.isEmpty, !value.utf8.contains(0) else { return nil }
        if value.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) {
            guard value.utf8.count <= maximumDigits else { return nil }
            return Int64(value).map { $0 * 1000 }
        }
        // An HTTP date starts with the name of a day; the library reads many more things as dates.
        guard value.utf8.first.map({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) == true
        else { return nil }
        let instant = unsafe Int64(curl_getdate(value, nil))
        guard instant >= 0 else { return nil }
        let (seconds, overflow) = instant.subtractingReportingOverflow(nowSeconds)
        guard !overflow, seconds <= 9_999_999_999 else { return nil }
        return max(seconds, 0) * 1000
    }
}
