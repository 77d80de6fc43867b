import Testing
import Wire

struct ServerFrameTests {
    @Test(
        "RFC 6455: the length takes the shortest of its three forms",
        arguments: [
            (0, [0x81, 0]), (1, [0x81, 1]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]),
            (65_535, [0x81, 126, 0xFF, 0xFF]), (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func header(length: Int, header: [UInt8]) {
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: length)
        var bytes: [UInt8] = [7]
        ServerFrame.append(.text, payload: payload, to: &bytes)
        #expect(bytes == [7] + header + payload)
        #expect(header.count <= ServerFrame.maximumHeaderBytes)
    }
}
