import CZlib

/// Gives compressed messages their first form back, each for itself: of peers that promised to
/// take nothing over from one message to the next (RFC 7692 §7.1.1.2), one serves all. For one
/// thread.
@safe package final class Inflater {
    package enum Outcome: Equatable, Sendable {
        /// The whole message is behind what was in the output.
        case whole
        /// The message is longer than it may be.
        case tooLong
        /// This is not the compressed form of anything, or only the beginning of it.
        case malformed
    }

    /// The library keeps a pointer to its structure, so that this may not move.
    private let stream: UnsafeMutablePointer<z_stream>
    private var piece = [UInt8](repeating: 0, count: 16 * 1024)

    package init() throws(DeflateError) {
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code = unsafe zlib_begin_raw_inflate(stream)
        guard code == Z_OK else {
            unsafe stream.deallocate()
            throw DeflateError(code: code)
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Appends a message to `output`, of which `payload` is the compressed form. It is stopped
    /// as soon as it has `most` bytes and goes on. Where the outcome is not `.whole`, what was
    /// appended is the beginning of a message that must not be used.
    package func inflate(
        _ payload: Span<UInt8>, into output: inout [UInt8], most: Int
    ) -> Outcome {
        // Some compressors have nothing to say of an empty message, where others say one zero.
        guard !payload.isEmpty else { return .whole }
        guard unsafe inflateReset(stream) == Z_OK else { return .malformed }
        var room = most
        let tail = Deflater.tail
        if let fault = take(payload, into: &output, &room) { return fault }
        if let fault = take(tail.span, into: &output, &room) { return fault }
        return isBetweenBlocks ? .whole : .malformed
    }

    /// Whether everything so far is complete: the library has read a block to its end.
    private var isBetweenBlocks: Bool {
        // Of `data_type`, 128 is set after the end of a block.
        unsafe stream.pointee.data_type & 128 != 0
    }

    /// Nil when all of the input is taken and its output appended.
    private func take(
        _ input: Span<UInt8>, into output: inout [UInt8], _ room: inout Int
    ) -> Outcome? {
        guard let count = UInt32(exactly: input.count) else { return .tooLong }
        return unsafe input.withUnsafeBufferPointer { source -> Outcome? in
            // The library reads `count` bytes at most, all before this closure returns.
            unsafe stream.pointee.next_in = source.baseAddress
            unsafe stream.pointee.avail_in = count
            defer { unsafe stream.pointee.next_in = nil }
            while true {
                let (code, made) = takePiece()
                guard made <= room else { return .tooLong }
                output.append(contentsOf: piece[..<made])
                room -= made
                switch code {
                case Z_STREAM_END:
                    // A compressor may end its stream inside a message and begin another
                    // (RFC 7692 §7.2.3.4).
                    guard unsafe inflateReset(stream) == Z_OK else { return .malformed }
                    if unsafe stream.pointee.avail_in == 0 { return nil }
                case Z_OK, Z_BUF_ERROR:
                    // With room left in the piece there is nothing more to come of this input.
                    if made < piece.count { return nil }
                default:
                    return .malformed
                }
            }
        }
    }

    /// What the library says, and how many bytes of the piece it has written.
    private func takePiece() -> (code: Int32, made: Int) {
        let size = piece.count
        return unsafe piece.withUnsafeMutableBufferPointer { target in
            unsafe stream.pointee.next_out = target.baseAddress
            unsafe stream.pointee.avail_out = UInt32(truncatingIfNeeded: size)
            defer { unsafe stream.pointee.next_out = nil }
            // Never writes more than the piece has room for.
            let code = unsafe CZlib.inflate(stream, Z_SYNC_FLUSH)
            return (code, size - Int(unsafe stream.pointee.avail_out))
        }
    }
}
