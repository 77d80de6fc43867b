import Testing
import Wire

@Suite("Names found by their bytes")
struct NameTableTests {
    @Test("a table finds what a dictionary finds", arguments: [0, 1, 0xdead_beef] as [UInt64])
    func likeDictionary(salt: UInt64) {
        var random = SplitMix64(state: salt &+ 7)
        var table = NameTable(salt: salt)
        var dictionary: [[UInt8]: Int] = [:]
        for _ in 0..<4_000 {
            let length = Int.random(in: 0...6, using: &random)
            let name = (0..<length).map { _ in UInt8.random(in: 0...3, using: &random) }
            #expect(table.find(name.span) == dictionary[name])
            if dictionary[name] == nil {
                dictionary[name] = table.insert(name.span)
            }
            #expect(table.count == dictionary.count)
        }
        for (name, number) in dictionary { #expect(table.find(name.span) == number) }
        #expect(Set(dictionary.values) == Set(0..<dictionary.count))
    }

    @Test("names that share a beginning, or differ only in an end of zeros, are different")
    func near() {
        var table = NameTable(salt: 3)
        let names: [[UInt8]] = [[], [0], [0, 0], [1], [1, 0], [1, 0, 1]]
        for name in names { _ = table.insert(name.span) }
        for (number, name) in names.enumerated() { #expect(table.find(name.span) == number) }
        let absent: [UInt8] = [0, 0, 0]
        #expect(table.find(absent.span) == nil)
    }
}
