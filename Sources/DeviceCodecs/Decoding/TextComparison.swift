/// Comparing the bytes of texts without making strings of them.
extension Span where Element == UInt8 {
    func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    func isEqual(to literal: StaticString) -> Bool {
        // A literal lives as long as the process.
        let bytes = unsafe UnsafeBufferPointer(
            start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        return unsafe isEqual(to: bytes.span)
    }

    /// What stands behind `prefix`, as a range; nil where the text does not begin so.
    func range(behind prefix: StaticString) -> Range<Int>? {
        let length = prefix.utf8CodeUnitCount
        guard count >= length, extracting(0..<length).isEqual(to: prefix) else { return nil }
        return length..<count
    }
}
