import Crypto
import Fabric
import Host
import Testing

/// What clients see of where messages stand (W-5).
struct SealedPositionTests {
    private func coding(_ byte: UInt8 = 7) throws -> PositionCoding {
        try .sealed(by: Secret([UInt8](repeating: byte, count: 16)))
    }

    private func text(of position: MessagePosition, _ coding: PositionCoding) -> String {
        var bytes: [UInt8] = []
        coding.append(position, &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("W-5: an identifier names its position to whoever made it, and tells others nothing")
    func roundTrip() throws {
        let coding = try coding()
        var seen: Set<String> = []
        for number in [0, 1, 2, 3, 1 << 20, 1 << 47] as [UInt64] {
            for step in 0..<3 as Range<UInt64> {
                let text = text(of: MessagePosition(number: number, run: 5_000, step: step), coding)
                #expect(text.utf8.count == 22)
                #expect(text.allSatisfy { $0.isLetter || $0.isNumber || "-_".contains($0) })
                #expect(coding.number(text[...]) == number)
                #expect(seen.insert(text).inserted)
            }
        }
    }

    @Test("W-5: another key's identifier, or one that was made up, is far beyond the log")
    func foreign() throws {
        let text = text(of: MessagePosition(number: 3), try coding(8))
        let read = try coding().number(text[...])
        #expect(read.map { $0 > 1 << 30 } ?? true)
        for text in ["", "3", String(repeating: "A", count: 21), String(repeating: "=", count: 22)]
        {
            #expect(try coding().number(text[...]) == nil)
        }
    }
}
