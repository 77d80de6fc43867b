/// What is the most that the sandbox takes and gives, so that nothing a codec does costs more.
package enum CodecBounds {
    /// Bytes of a codec's source: bounds what is read, sent and compiled, and is far beyond what
    /// somebody writes by hand for one device. No catalogue's largest was measured for it.
    package static let source = 1 << 20
    /// Bytes of a frame. A LoRaWAN frame has at most 242.
    package static let payload = 4_096
    /// Variables a call may carry, and bytes of the name and of the value of each.
    package static let variables = 64
    package static let variableName = 128
    package static let variableValue = 1_024
    /// Bytes of the JSON text of one answer.
    package static let answer = 256 << 10
    /// Warnings of an answer, or errors, that are kept, and UTF-16 units of each.
    package static let remarks = 16
    package static let remarkLength = 256
    /// Bytes of the longest message to the program, with its head.
    package static let request = source + 64
    /// Bytes of the longest message from it: JSON, and remarks of up to three bytes a unit.
    package static let response = answer + remarks * (remarkLength * 3 + 2) + 64
}
