/// Makes the compressed form of a frame, for the readers that agreed to it.
package struct FrameCompression {
    let compressed: ([UInt8]) -> [UInt8]?

    /// - Parameter compressed: Turns the frame of a text message into that of its compressed form;
    ///   nil where the frame goes better as it is.
    package init(compressed: @escaping ([UInt8]) -> [UInt8]?) {
        self.compressed = compressed
    }
}
