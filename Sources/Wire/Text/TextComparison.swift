/// Comparing the bytes of texts without making strings of them.
extension Span where Element == UInt8 {
    // Inlinable, because every message is compared in many places, most of them with literals.

    @inlinable
    package func isEqual(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        for index in indices where self[index] != other[index] { return false }
        return true
    }

    @inlinable
    package func isEqual(to literal: StaticString) -> Bool {
        // A literal lives as long as the process.
        let bytes = unsafe UnsafeBufferPointer(
            start: literal.utf8Start, count: literal.utf8CodeUnitCount)
        return unsafe isEqual(to: bytes.span)
    }
}
