import Testing
import Wire

@Suite("Frames a server sends")
struct WebSocketFrameTests {
    @Test(
        "The length has its shortest form",
        arguments: [
            (0, [0x81, 0]), (125, [0x81, 125]), (126, [0x81, 126, 0, 126]),
            (65_535, [0x81, 126, 0xFF, 0xFF]), (65_536, [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func lengths(count: Int, header: [UInt8]) {
        let payload = [UInt8](repeating: 7, count: count)
        #expect(ServerFrame.text(payload) == header + payload)
    }

    @Test("Each kind has its opcode, and none is masked")
    func kinds() {
        #expect(ServerFrame.binary([1]) == [0x82, 1, 1])
        #expect(ServerFrame.ping == [0x89, 0])
        #expect(ServerFrame.close(1001) == [0x88, 2, 3, 233])
        #expect(ServerFrame.close(4000, reason: "é") == [0x88, 4, 15, 160, 0xC3, 0xA9])
        var bytes: [UInt8] = [9]
        ServerFrame.append(.pong, payload: [1, 2][...], to: &bytes)
        #expect(bytes == [9, 0x8A, 2, 1, 2])
    }

    @Test("A long close reason is cut between two characters")
    func longReason() {
        let frame = ServerFrame.close(1008, reason: "a" + String(repeating: "é", count: 100))
        #expect(frame[1] == 125)
        #expect(frame.count == 2 + 125)
        let short = ServerFrame.close(1008, reason: String(repeating: "é", count: 100))
        #expect(short[1] == 124)
        #expect(String(validating: short.dropFirst(4), as: UTF8.self) != nil)
    }
}
