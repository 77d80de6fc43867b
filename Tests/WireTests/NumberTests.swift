import Testing
import Wire

@Suite("Numbers as text")
struct NumberTests {
    private func shortest(_ number: Double) -> String {
        var bytes: [UInt8] = []
        bytes.append(shortest: number)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "a number is written as short as it can be",
        arguments: [
            (0, "0"), (-0.0, "0"), (4, "4"), (-4, "-4"), (4.5, "4.5"), (-18.25, "-18.25"),
            (0.1, "0.1"), (0.0001, "0.0001"), (-0.0001, "-0.0001"), (56.9999, "56.9999"),
            (57.05, "57.05"), (100.01, "100.01"), (0.3, "0.3"), (0.1 + 0.2, "0.30000000000000004"),
            (1e15, "1000000000000000.0"), (123_456_789.125, "123456789.125"), (1e300, "1e+300"),
            (.leastNonzeroMagnitude, "5e-324"), (900_719_925_474, "900719925474"),
        ] as [(Double, String)])
    func written(number: Double, text: String) {
        #expect(Double(shortest(number)) == number)
        #expect(shortest(number) == text)
    }

    @Test("any finite number reads back the same")
    func anyBits() {
        var random = Seeded(state: 1)
        for _ in 0..<5_000 {
            let number = Double(bitPattern: random.next())
            guard number.isFinite else { continue }
            #expect(Double(shortest(number)) == number)
        }
    }

    @Test("what sensors send reads back the same, and no shorter text does")
    func sensorValues() {
        var random = Seeded(state: 2)
        for _ in 0..<5_000 {
            let decimals = [1.0, 10, 100, 1_000, 10_000][Int(random.next() % 5)]
            let number = Double(Int64(random.next() % 4_000_000) - 2_000_000) / decimals
            let text = shortest(number)
            #expect(Double(text) == number)
            #expect(text.utf8.count <= number.description.utf8.count)
        }
    }

    @Test(
        "whole numbers are written in full",
        arguments: [
            (0, "0"), (9, "9"), (10, "10"), (-1, "-1"), (Int64.max, "9223372036854775807"),
            (Int64.min, "-9223372036854775808"),
        ] as [(Int64, String)])
    func decimal(number: Int64, text: String) {
        var bytes: [UInt8] = []
        bytes.append(decimal: number)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test("the greatest unsigned number is written in full")
    func unsigned() {
        var bytes: [UInt8] = []
        bytes.append(decimal: UInt64.max)
        #expect(String(decoding: bytes, as: UTF8.self) == "18446744073709551615")
    }

    @Test(
        "leading zeros fill the width",
        arguments: [(0, 2, "00"), (7, 3, "007"), (2026, 4, "2026"), (5, 1, "5")])
    func padded(number: Int, width: Int, text: String) {
        var bytes: [UInt8] = []
        bytes.append(number, width: width)
        #expect(String(decoding: bytes, as: UTF8.self) == text)
    }

    @Test("bytes are two lower-case hexadecimal digits each")
    func hexadecimalDigits() {
        #expect(hexadecimal([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
    }
}
