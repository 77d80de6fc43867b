/// The levels of topics, looked at where they stand.
extension Span where Element == UInt8 {
    /// Where the topic's level that begins at `start` ends: at the next slash or with the topic.
    func endOfLevel(from start: Int) -> Int {
        var end = start
        while end < count, self[end] != UInt8(ascii: "/") { end += 1 }
        return end
    }

    /// Where the topic's last level begins.
    var startOfLastLevel: Int {
        var start = count
        while start > 0, self[start - 1] != UInt8(ascii: "/") { start -= 1 }
        return start
    }

    /// A whole number of up to four decimal digits; nil for anything else.
    var decimalNumber: Int? {
        guard (1...4).contains(count) else { return nil }
        var number = 0
        for index in indices {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self[index]) else { return nil }
            number = number * 10 + Int(self[index] - UInt8(ascii: "0"))
        }
        return number
    }
}
