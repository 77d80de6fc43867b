import CZlib

/// Compresses messages, each for itself (raw deflate, RFC 1951): what one message was leaves no
/// trace in the next, so that one compressor serves all readers. For one thread.
@safe package final class Deflater {
    /// The library keeps a pointer to its structure, so that this may not move.
    private let stream: UnsafeMutablePointer<z_stream>

    /// What a compressed message ends with as the library makes it, an empty block; a message goes
    /// without (RFC 7692 §7.2.1).
    static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]
    /// Room for `tail` and what the library holds back, beyond its own bound.
    private static let tailRoom = 16

    package init() throws(DeflateError) {
        unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let code = unsafe zlib_begin_raw_deflate(stream)
        guard code == Z_OK else {
            unsafe stream.deallocate()
            throw DeflateError(code: code)
        }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// The payload of the compressed form of a message. Nil where the message is too long for the
    /// library (4 GiB), or the library fails; the message can go as it is.
    package func deflated(_ message: Span<UInt8>) -> [UInt8]? {
        guard unsafe deflateReset(stream) == Z_OK else { return nil }
        let bound = Int(clamping: unsafe deflateBound(stream, UInt(message.count)))
        guard let input = UInt32(exactly: message.count),
            let room = UInt32(exactly: bound + Self.tailRoom)
        else { return nil }
        var output = [UInt8](repeating: 0, count: Int(room))
        // The library reads `input` bytes and writes `room` at most, both inside the call.
        let code = unsafe message.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.pointee.next_in = source.baseAddress
                unsafe stream.pointee.avail_in = input
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = room
                defer {
                    unsafe stream.pointee.next_in = nil
                    unsafe stream.pointee.next_out = nil
                }
                return unsafe deflate(stream, Z_SYNC_FLUSH)
            }
        }
        let left = unsafe stream.pointee.avail_out
        // All is written only where room is left.
        guard code == Z_OK, left > 0, unsafe stream.pointee.avail_in == 0 else { return nil }
        output.removeLast(Int(left))
        guard output.suffix(Self.tail.count).elementsEqual(Self.tail) else { return nil }
        output.removeLast(Self.tail.count)
        return output
    }
}
