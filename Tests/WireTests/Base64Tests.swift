import Testing
import Wire

@Suite("Base64 has one spelling for each run of bytes")
struct Base64Tests {
    /// RFC 4648 §10.
    static let vectors = [
        ("", "", ""), ("f", "Zg==", "Zg"), ("fo", "Zm8=", "Zm8"), ("foo", "Zm9v", "Zm9v"),
        ("foob", "Zm9vYg==", "Zm9vYg"), ("fooba", "Zm9vYmE=", "Zm9vYmE"),
        ("foobar", "Zm9vYmFy", "Zm9vYmFy"),
    ]

    @Test("The vectors of RFC 4648 hold both ways", arguments: vectors)
    func vectorsHold(plain: String, padded: String, unpadded: String) {
        #expect(Base64.padded.encode(plain.utf8) == padded)
        #expect(Base64.urlSafe.encode(plain.utf8) == unpadded)
        #expect(Base64.padded.decode(padded) == Array(plain.utf8))
        #expect(Base64.urlSafe.decode(unpadded) == Array(plain.utf8))
    }

    @Test("The two alphabets differ in the last two letters only")
    func alphabets() {
        let bytes: [UInt8] = [0xFB, 0xFF, 0xBF]
        #expect(Base64.padded.encode(bytes) == "+/+/")
        #expect(Base64.urlSafe.encode(bytes) == "-_-_")
        #expect(Base64.padded.decode("-_-_") == nil)
        #expect(Base64.urlSafe.decode("+/+/") == nil)
    }

    @Test("Every byte survives at every length up to 64")
    func roundTrip() {
        for length in 0...64 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
            #expect(Base64.padded.decode(Base64.padded.encode(bytes)) == bytes)
            #expect(Base64.urlSafe.decode(Base64.urlSafe.encode(bytes)) == bytes)
        }
    }

    @Test(
        "What is not in the padded form to the letter is refused",
        arguments: [
            "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z===", "====", "=", "Z", "Zm9v=", "Zm9vYg=a",
            "Zm 9v", "Zm9v\n", "Zm9é", "Zm9v====",
        ])
    func paddedIsStrict(text: String) {
        #expect(Base64.padded.decode(text) == nil)
    }

    @Test(
        "What is not in the URL form to the letter is refused",
        arguments: ["Z", "Zg==", "Zh", "Zm9", "Zm9v ", "Zm9vY", "Zm9v\u{0}"])
    func urlSafeIsStrict(text: String) {
        #expect(Base64.urlSafe.decode(text) == nil)
    }
}
