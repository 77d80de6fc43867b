/// The Fowler–Noll–Vo hash 1a of 64 bits.
package struct FNV1a {
    package private(set) var value: UInt64

    package init(salt: UInt64 = 0) {
        value = salt ^ 0xcbf2_9ce4_8422_2325
    }

    package mutating func mix(_ byte: UInt8) {
        value = (value ^ UInt64(byte)) &* 0x100_0000_01b3
    }
}
