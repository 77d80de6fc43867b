import Wire

/// Inputs made of seeds by chance: each is known by its number, and is the same in every run.
package struct Mutants: Sendable {
    private let seeds: [[UInt8]]
    /// So many bytes at the beginning say what the others are, and stay.
    private let kept: Int
    private let chance: UInt64
    /// As long as the fuzzers' inputs, in bytes.
    private static let longest = 4_096
    private static let mostChanges = 8

    /// - Parameters:
    ///   - seeds: At least one.
    ///   - kept: Bytes at the beginning that stay as the seed has them.
    ///   - chance: Other mutants come of another one.
    package init(of seeds: [[UInt8]], keeping kept: Int, chance: UInt64) {
        precondition(!seeds.isEmpty, "mutants come of seeds")
        self.seeds = seeds
        self.kept = kept
        self.chance = chance
    }

    package subscript(number: Int) -> [UInt8] {
        // Mixed once, so that the numbers of two mutants are not the same ones, shifted.
        var mixer = SplitMix64(state: chance ^ UInt64(truncatingIfNeeded: number) << 20)
        var random = SplitMix64(state: mixer.next())
        let seed = seeds[random.below(seeds.count)]
        var body = Array(seed.dropFirst(kept))
        // One change half of the time: what is changed much is refused at its first byte.
        let changes = body.isText ? Change.ofText : Change.ofBytes
        for _ in 0..<Self.mostChanges {
            let other = seeds[random.below(seeds.count)].dropFirst(kept)
            changes[random.below(changes.count)].apply(to: &body, Array(other), &random)
            if random.below(2) == 0 { break }
        }
        return Array(seed.prefix(kept) + body.prefix(Self.longest - kept))
    }
}

/// A way to change an input.
private enum Change {
    case bit, byte, integer, insert, remove, repetition, splice, number, end
    /// Of a text, what stands between two of its commas and brackets.
    case pieceRemoval, pieceRepetition, pieceOfOther

    static let ofBytes: [Change] = [
        .bit, .bit, .byte, .integer, .integer, .insert, .remove, .repetition, .splice, .number,
        .end,
    ]
    /// Most leave a JSON text one.
    static let ofText: [Change] = [
        .number, .number, .number, .number, .pieceRemoval, .pieceRemoval, .pieceRepetition,
        .pieceOfOther, .pieceOfOther, .bit, .byte, .insert, .remove, .repetition, .splice, .end,
    ]

    func apply(to body: inout [UInt8], _ other: [UInt8], _ random: inout SplitMix64) {
        guard !body.isEmpty else {
            body.append(UInt8(truncatingIfNeeded: random.next()))
            return
        }
        let place = random.below(body.count)
        switch self {
        case .bit: body[place] ^= 1 << random.below(8)
        case .byte: body[place] = UInt8(truncatingIfNeeded: random.next())
        case .integer: Self.writeInteger(at: place, of: &body, &random)
        case .insert:
            let bytes = (0...random.below(8)).map { _ in
                UInt8(truncatingIfNeeded: random.next())
            }
            body.insert(contentsOf: bytes, at: place)
        case .remove: body.removeSubrange(Self.chunk(from: place, of: body, &random))
        case .repetition:
            let chunk = Array(body[Self.chunk(from: place, of: body, &random)])
            for _ in 0...random.below(Self.mostRepetitions) {
                body.insert(contentsOf: chunk, at: place)
            }
        case .splice:
            let tail = other.dropFirst(random.below(other.count + 1))
            body.replaceSubrange(place..., with: tail)
        case .number: Self.writeNumber(after: place, of: &body, &random)
        case .end: body.removeSubrange(place...)
        case .pieceRemoval: body.removeSubrange(body.piece(at: place))
        case .pieceRepetition:
            let piece = body.piece(at: place)
            let copy = [UInt8(ascii: ",")] + body[piece]
            for _ in 0...random.below(Self.mostRepetitions) {
                body.insert(contentsOf: copy, at: piece.upperBound)
            }
        case .pieceOfOther:
            guard !other.isEmpty else { return }
            body.replaceSubrange(
                body.piece(at: place), with: other[other.piece(at: random.below(other.count))])
        }
    }

    private static let mostRepetitions = 20
    private static let longestChunk = 64

    private static func chunk(
        from place: Int, of body: [UInt8], _ random: inout SplitMix64
    ) -> Range<Int> {
        place..<min(place + 1 + random.below(longestChunk), body.count)
    }

    /// Where widths end, and signs change.
    private static let integers: [UInt64] = [
        0, 1, 2, 0x7E, 0x7F, 0x80, 0x81, 0xFE, 0xFF, 0x100, 0x7FFE, 0x7FFF, 0x8000, 0x8001, 0xFFFE,
        0xFFFF, 0x1_0000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000,
        0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000, .max,
    ]

    /// Writes an integer of one to eight bytes over what is there, the one or the other way round.
    private static func writeInteger(
        at place: Int, of body: inout [UInt8], _ random: inout SplitMix64
    ) {
        let value = integers[random.below(integers.count)]
        let width = 1 << random.below(4)
        let isLittle = random.below(2) == 0
        for index in 0..<width where place + index < body.count {
            let shift = 8 * (isLittle ? index : width - 1 - index)
            body[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(shift))
        }
    }

    private static let numbers = [
        "0", "-0", "1", "-1", "0.1", "-273.16", "91", "181", "360", "1e308", "-1e309", "1e-400",
        "NaN", "null", "true", "\"\"", "255", "256", "32767", "65535", "2147483648", "4294967296",
        "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775809",
        "18446744073709551615", "1795176000000", "1795176000", "253402300800000",
        "00000000000000000000000000000000000000001",
    ]

    /// Puts another number in the place of the first one in decimal digits that begins there or
    /// later.
    private static func writeNumber(
        after place: Int, of body: inout [UInt8], _ random: inout SplitMix64
    ) {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let start = body[place...].firstIndex(where: digits.contains) else { return }
        let end = body[start...].firstIndex { !digits.contains($0) } ?? body.endIndex
        let text =
            random.below(4) == 0
            ? "\(Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(64)))"
            : numbers[random.below(numbers.count)]
        body.replaceSubrange(start..<end, with: text.utf8)
    }
}

extension [UInt8] {
    fileprivate var isText: Bool {
        allSatisfy { $0 >= 0x20 || $0 == 0x0A || $0 == 0x09 }
            && String(validating: self, as: UTF8.self) != nil
    }

    /// What stands around a place up to the next commas and brackets, which are no part of it.
    fileprivate func piece(at place: Int) -> Range<Int> {
        let limits = ",[]{}".utf8
        let start = self[..<place].lastIndex(where: limits.contains).map { $0 + 1 } ?? 0
        let end = self[place...].firstIndex(where: limits.contains) ?? count
        return start..<Swift.max(start, end)
    }
}

extension SplitMix64 {
    /// Below `bound`, which is at least 1.
    fileprivate mutating func below(_ bound: Int) -> Int {
        Int(truncatingIfNeeded: next() % UInt64(bound))
    }
}
