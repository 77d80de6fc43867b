/// Validates UTF-8 that comes in pieces, and refuses at the first byte that cannot be part of it.
package struct UTF8Validator: Equatable, Sendable {
    /// Continuation bytes that the character begun still needs.
    private var needed: UInt8 = 0
    /// The range of the next continuation byte: narrower after `E0`, `ED`, `F0` and `F4`, which
    /// keeps out overlong forms, surrogates and what lies above U+10FFFF.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether no character is left unfinished.
    package var isComplete: Bool { needed == 0 }

    /// Whether the text so far may still be valid.
    package init() {}

    package mutating func accept(_ bytes: ArraySlice<UInt8>) -> Bool {
        for byte in bytes {
            if needed == 0 {
                guard byte >= 0x80 else { continue }
                guard begin(byte) else { return false }
            } else {
                guard byte >= lower, byte <= upper else { return false }
                needed -= 1
                lower = 0x80
                upper = 0xBF
            }
        }
        return true
    }

    private mutating func begin(_ lead: UInt8) -> Bool {
        switch lead {
        case 0xC2...0xDF: needed = 1
        case 0xE0...0xEF:
            needed = 2
            if lead == 0xE0 { lower = 0xA0 }
            if lead == 0xED { upper = 0x9F }
        case 0xF0...0xF4:
            needed = 3
            if lead == 0xF0 { lower = 0x90 }
            if lead == 0xF4 { upper = 0x8F }
        default: return false
        }
        return true
    }
}
