/// What has arrived of the answer to one attempt.
struct Response {
    private(set) var excerpt: [UInt8] = []
    private(set) var retryAfter: String?
    /// Whether the blank line behind the header lines of a final answer has come.
    private(set) var isHeadComplete = false
    private(set) var isHeadTooLong = false
    private var headBytes = 0
    private var bodyBytes = 0
    private var isInformational = false

    private static let retryAfterName = Array("retry-after:".utf8)

    /// Takes a header line, the status line and the blank line included. Answers whether the
    /// transfer may go on.
    mutating func takeHeaderLine(_ line: UnsafeRawBufferPointer) -> Bool {
        headBytes += line.count
        guard headBytes <= ResponseLimits.headerBytes else {
            isHeadTooLong = true
            return false
        }
        if unsafe Self.isStatusLine(line) {
            // `HTTP/1.1 103 …`: the class of the status stands behind the first space.
            isInformational = unsafe line[9] == UInt8(ascii: "1")
            retryAfter = nil
        } else if unsafe line.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) {
            isHeadComplete = !isInformational
        } else if !isHeadComplete, unsafe Self.isRetryAfter(line) {
            unsafe keepRetryAfter(line)
        }
        return true
    }

    /// Takes a part of the body. Answers whether the transfer may go on.
    mutating func takeBody(_ part: UnsafeRawBufferPointer) -> Bool {
        bodyBytes += part.count
        let room = ResponseLimits.excerptBytes - excerpt.count
        if room > 0 { unsafe excerpt.append(contentsOf: part.prefix(room)) }
        return bodyBytes <= ResponseLimits.bodyBytes
    }

    private static func isStatusLine(_ line: UnsafeRawBufferPointer) -> Bool {
        unsafe line.count > 9 && line.starts(with: "HTTP/1.".utf8)
    }

    private static func isRetryAfter(_ line: UnsafeRawBufferPointer) -> Bool {
        unsafe line.count > retryAfterName.count
            && zip(line, retryAfterName).allSatisfy { $0 | 0x20 == $1 | 0x20 }
    }

    private mutating func keepRetryAfter(_ line: UnsafeRawBufferPointer) {
        let space: Set<UInt8> = [0x20, 0x09, 0x0D, 0x0A]
        let value = unsafe line.dropFirst(Self.retryAfterName.count)
            .drop { space.contains($0) }
        guard unsafe value.count <= ResponseLimits.retryAfterBytes else { return }
        let trimmed = unsafe Array(value.reversed().drop { space.contains($0) }.reversed())
        retryAfter = String(decoding: trimmed, as: UTF8.self)
    }
}
