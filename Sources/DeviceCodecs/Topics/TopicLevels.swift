/// Bytes of topics and names, looked at where they stand.
extension Span where Element == UInt8 {
    /// Whether these are exactly the bytes of `word`.
    func spells(_ word: StaticString) -> Bool {
        count == word.utf8CodeUnitCount && begins(with: word)
    }

    func begins(with word: StaticString) -> Bool {
        // A literal lives as long as the process.
        let wanted = unsafe UnsafeBufferPointer(
            start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard count >= wanted.count else { return false }
        for index in 0..<wanted.count {
            guard unsafe self[index] == wanted[index] else { return false }
        }
        return true
    }

    /// Whether these are the letters of `word`, which is in lower case, in either case.
    func spellsIgnoringCase(_ word: StaticString) -> Bool {
        let wanted = unsafe UnsafeBufferPointer(
            start: word.utf8Start, count: word.utf8CodeUnitCount)
        guard count == wanted.count else { return false }
        for index in 0..<count {
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self[index])
            guard unsafe (isUpper ? self[index] + 0x20 : self[index]) == wanted[index] else {
                return false
            }
        }
        return true
    }

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
