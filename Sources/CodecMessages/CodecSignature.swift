/// The way a codec wants to be called, in the order in which they are looked for.
package enum CodecSignature: UInt8, CaseIterable, Equatable, Sendable {
    /// `decodeUplink(input)`: LoRa Alliance TS013.
    case decodeUplink = 1
    /// `Decode(fPort, bytes, variables)`: ChirpStack 3.
    case decode = 2
    /// `Decoder(bytes, port)`: The Things Network 2.
    case decoder = 3
    /// `driver.codec.decodeUplink(input)`: Actility.
    case driverCodec = 4
    /// `exports.decodeUplink(input)`, or `module.exports`.
    case exports = 5
}
