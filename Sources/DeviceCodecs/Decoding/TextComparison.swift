import Wire

/// Looking at the bytes of texts where they stand.
extension Span where Element == UInt8 {
    func begins(with prefix: StaticString) -> Bool {
        let length = prefix.utf8CodeUnitCount
        return count >= length && extracting(0..<length).isEqual(to: prefix)
    }

    /// What stands behind `prefix`, as a range; nil where the text does not begin so.
    func range(behind prefix: StaticString) -> Range<Int>? {
        begins(with: prefix) ? prefix.utf8CodeUnitCount..<count : nil
    }

    /// Whether this is the word, whose Latin letters are lower case, in any case.
    func isWord(_ word: StaticString) -> Bool {
        // A literal lives as long as the process.
        let wanted = unsafe UnsafeBufferPointer(
            start: word.utf8Start, count: word.utf8CodeUnitCount)
        return unsafe isWord(wanted.span)
    }

    /// The same for a word that is known only while running.
    func isWord(_ word: Span<UInt8>) -> Bool {
        guard count == word.count else { return false }
        for index in indices {
            let byte = self[index]
            let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
            guard word[index] == (isUpper ? byte | 0x20 : byte) else { return false }
        }
        return true
    }
}
