import Crypto
import DeviceCodecs
import Testing

@Suite("The list of keys (B-3)")
struct AdvertKeyTests {
    static let key = "0123456789abcdef0123456789ABCDEF"
    static let secret = Secret(hex(key))

    @Test(
        "A line has an address and a key, in any of the usual spellings",
        arguments: [
            "A4:C1:38:AA:BB:CC: \(key)", "a4c138aabbcc: \(key)", "A4-C1-38-AA-BB-CC \(key)\r",
            "\t\"A4:C1:38:AA:BB:CC\" :  '\(key)'  # the freezer", "A4C138AABBCC:\(key)#",
        ])
    func line(text: String) throws {
        let keys = try AdvertKey.list(Array("# keys\n\n\(text)\n".utf8))
        #expect(keys.map(\.address) == [BluetoothAddress(Array("A4C138AABBCC".utf8).span)])
        #expect(keys.map(\.key) == [Self.secret])
    }

    @Test("An empty list, and one of comments, has no keys", arguments: ["", "\n", "# none\n  \n"])
    func none(text: String) throws {
        #expect(try AdvertKey.list(Array(text.utf8)).isEmpty)
    }

    @Test(
        "A line that is none is named by its number and its problem",
        arguments: [
            (key, .noPair), ("A4C138AABBCC", .noPair), ("A4C138AABB: \(key)", .address),
            ("freezer: \(key)", .address), ("00:00:00:00:00:00: \(key)", .address),
            ("A4C138AABBCC: \(key)0", .key), ("A4C138AABBCC: \(key)00", .key),
            ("A4C138AABBCC: 00", .key), ("A4C138AABBCC: \(key.dropLast())x", .key),
            ("A4:C1:38:AA:BB:CC:", .address), ("\u{0}\u{FF}", .noPair),
            ("A4C138000001: \(key)", .repeated(2)),
        ] as [(String, AdvertKeyListError.Problem)])
    func refused(text: String, problem: AdvertKeyListError.Problem) {
        let text = "\nA4C138000001: \(Self.key)\n# next\n\(text)\nA4C138000001"
        #expect(throws: AdvertKeyListError(line: 4, problem: problem)) {
            try AdvertKey.list(Array(text.utf8))
        }
        #expect(!AdvertKeyListError(line: 4, problem: problem).description.contains("0123456789"))
    }

    @Test("A new list takes the place of the old; how far a counter has come is kept")
    func replaced() throws {
        func list(_ addresses: String...) throws -> [AdvertKey] {
            let lines = addresses.map { "\($0): \(EncryptedAdvertTests.key)\n" }
            return try AdvertKey.list(Array(lines.joined().utf8))
        }
        func frame(_ counter: UInt32) -> [UInt8] {
            service(0xFCD2, EncryptedAdvertTests.byCounter[counter] ?? "")
        }
        let address = EncryptedAdvertTests.address
        var receiver = Receiver()
        try receiver.router.setKeys(try list(address))
        #expect(receiver.failure(frame(1001), from: address) == nil)
        try receiver.router.setKeys(try list("A4C138000001", address))
        #expect(receiver.failure(frame(744), from: address) == .replayedFrame)
        receiver.router.takesOldCounters = true
        #expect(receiver.failure(frame(744), from: address) == nil)
        receiver.router.takesOldCounters = false
        #expect(receiver.failure(frame(744), from: address) == .replayedFrame)
        try receiver.router.setKeys(try list("A4C138000001"))
        #expect(receiver.failure(frame(1001), from: address) == .missingKey)
        try receiver.router.setKeys([])
        try receiver.router.setKeys(try list(address))
        #expect(receiver.failure(frame(744), from: address) == nil)
    }
}
