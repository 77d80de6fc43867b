/// Numbers for names that come as bytes, found again without making a `String`.
///
/// Open addressing with linear probing; names are never removed. The hash is FNV-1a, started with
/// a salt that the owner draws at random, so that nobody can choose names that collide.
package struct NameTable: Sendable {
    private var slots: [Int32]
    private var names: [Range<Int>] = []
    private var bytes: [UInt8] = []
    private let salt: UInt64

    package init(salt: UInt64) {
        self.salt = salt
        slots = Array(repeating: -1, count: 64)
    }

    package var count: Int { names.count }

    /// The number of `name`, counted from 0 in order of insertion, or nil.
    package func find(_ name: Span<UInt8>) -> Int? {
        let slot = self.slot(of: name)
        return slots[slot] < 0 ? nil : Int(slots[slot])
    }

    /// Adds `name`, which must not be in the table, under the next number.
    package mutating func insert(_ name: Span<UInt8>) -> Int {
        if (names.count + 1) * 2 > slots.count { grow() }
        let number = names.count
        let start = bytes.count
        for index in name.indices { bytes.append(name[index]) }
        names.append(start..<bytes.count)
        slots[slot(of: name)] = Int32(truncatingIfNeeded: number)
        return number
    }

    /// Where `name` stands, or the empty slot where it would.
    private func slot(of name: Span<UInt8>) -> Int {
        var hash = FNV1a(salt: salt)
        for index in name.indices { hash.mix(name[index]) }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash.value ^ hash.value >> 32) & mask
        while slots[slot] >= 0, !isName(Int(slots[slot]), equalTo: name) {
            slot = (slot + 1) & mask
        }
        return slot
    }

    private func isName(_ number: Int, equalTo name: Span<UInt8>) -> Bool {
        bytes.span.extracting(names[number]).isEqual(to: name)
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        let all = bytes
        for (number, range) in names.enumerated() {
            slots[slot(of: all.span.extracting(range))] = Int32(truncatingIfNeeded: number)
        }
    }
}
