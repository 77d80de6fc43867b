package import Deflate
package import Wire

/// Makes the frames of messages that go out compressed. A frame is the same for all who agreed to
/// it, and so is made once. For one thread.
package final class MessageCompressor {
    private let deflater: Deflater
    /// Shorter messages go as they are: little is won there.
    private let thresholdBytes: Int

    /// - Parameter thresholdBytes: messages of so many bytes are compressed.
    package init(thresholdBytes: Int = 1024) throws(DeflateError) {
        self.thresholdBytes = thresholdBytes
        deflater = try Deflater()
    }

    /// The frame of the compressed message; nil where the message goes better as it is.
    package func frame(_ opcode: ServerFrame.Opcode, _ message: Span<UInt8>) -> [UInt8]? {
        guard message.count >= thresholdBytes, let payload = deflater.deflated(message),
            payload.count < message.count
        else { return nil }
        return ServerFrame.compressed(opcode, payload)
    }

    /// The compressed form of the frame of a text message; nil where it goes better as it is.
    package func compressed(_ frame: [UInt8]) -> [UInt8]? {
        guard let header = ServerFrame.headerBytes(of: frame) else { return nil }
        return self.frame(.text, frame.span.extracting(header...))
    }
}
