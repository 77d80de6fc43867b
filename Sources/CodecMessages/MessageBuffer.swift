/// What has come from the other side and was not understood yet; it never grows.
package struct MessageBuffer {
    package enum Next: Equatable {
        /// The place of a whole message in `bytes`, without its length.
        case message(Range<Int>)
        /// More has to be read first.
        case incomplete
        /// It is longer than any message may be: the other side is not to be trusted.
        case tooLong
    }

    package private(set) var bytes: [UInt8]
    private var start = 0
    private var end = 0
    private let longest: Int
    /// There is always room for a read of this size.
    private static let chunk = 64 << 10

    /// - Parameter longestMessage: In bytes, without its length.
    package init(longestMessage: Int) {
        longest = longestMessage
        bytes = [UInt8](repeating: 0, count: longestMessage + 4 + Self.chunk)
    }

    /// Lets `body` write bytes from a place on; it answers how many there are now from there.
    package mutating func fill(_ body: (inout [UInt8], _ from: Int) -> Int) {
        makeRoom()
        let count = body(&bytes, end)
        end += min(max(count, 0), bytes.count - end)
    }

    package mutating func removeAll() {
        start = 0
        end = 0
    }

    private mutating func makeRoom() {
        if start == end {
            removeAll()
        } else if bytes.count - end < Self.chunk {
            let waiting = start..<end
            unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[waiting]))
            }
            start = 0
            end = waiting.count
        }
    }

    /// Takes the next message. Its place holds until the buffer is filled again.
    package mutating func next() -> Next {
        guard end - start >= 4 else { return .incomplete }
        var length = 0
        for place in 0..<4 { length |= Int(bytes[start + place]) << (8 * place) }
        guard length <= longest else { return .tooLong }
        guard end - start - 4 >= length else { return .incomplete }
        let message = start + 4..<start + 4 + length
        start = message.upperBound
        return .message(message)
    }
}
