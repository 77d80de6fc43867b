internal import COpenSSL

/// AES-128 over single blocks: a permutation of 128-bit numbers that only the key's holder can undo.
///
/// It hides a number that is never used twice, such as a place in a sequence. It is no encryption of
/// messages: equal blocks stay equal.
@safe
package final class BlockPermutation {
    package static let keyLength = 16
    private static let blockLength: Int32 = 16

    /// The halves of a block.
    package typealias Block = (high: UInt64, low: UInt64)

    private let forward: OpaquePointer
    private let backward: OpaquePointer

    package init(key: Secret) throws(CryptoFailure) {
        guard key.count == Self.keyLength, let forward = unsafe EVP_CIPHER_CTX_new() else {
            throw CryptoFailure(operation: "AES-128")
        }
        guard let backward = unsafe EVP_CIPHER_CTX_new() else {
            unsafe EVP_CIPHER_CTX_free(forward)
            throw CryptoFailure(operation: "AES-128")
        }
        unsafe self.forward = forward
        unsafe self.backward = backward
        let isReady = unsafe key.withBytes { key in
            unsafe EVP_EncryptInit_ex(forward, EVP_aes_128_ecb(), nil, key.baseAddress, nil) == 1
                && EVP_DecryptInit_ex(backward, EVP_aes_128_ecb(), nil, key.baseAddress, nil) == 1
                && EVP_CIPHER_CTX_set_padding(forward, 0) == 1
                && EVP_CIPHER_CTX_set_padding(backward, 0) == 1
        }
        guard isReady else { throw CryptoFailure(operation: "AES-128") }
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(forward)
        unsafe EVP_CIPHER_CTX_free(backward)
    }

    /// Nil where the library fails, which it does only without memory.
    package func permuted(_ block: Block) -> Block? {
        var output = Bytes(block)
        var length: Int32 = 0
        let isDone = unsafe output.withBytes { bytes in
            unsafe EVP_EncryptUpdate(forward, bytes, &length, bytes, Self.blockLength) == 1
        }
        return isDone && length == Self.blockLength ? output.block : nil
    }

    package func restored(_ block: Block) -> Block? {
        var output = Bytes(block)
        var length: Int32 = 0
        let isDone = unsafe output.withBytes { bytes in
            unsafe EVP_DecryptUpdate(backward, bytes, &length, bytes, Self.blockLength) == 1
        }
        return isDone && length == Self.blockLength ? output.block : nil
    }

    /// A block as its bytes, the first one the highest. The library changes it in place.
    private struct Bytes {
        private var halves: InlineArray<2, UInt64>

        init(_ block: Block) {
            halves = [block.high.bigEndian, block.low.bigEndian]
        }

        var block: Block { (UInt64(bigEndian: halves[0]), UInt64(bigEndian: halves[1])) }

        mutating func withBytes(_ body: (UnsafeMutablePointer<UInt8>) -> Bool) -> Bool {
            var span = halves.mutableSpan
            return unsafe span.withUnsafeMutableBytes { bytes in
                guard let start = unsafe bytes.bindMemory(to: UInt8.self).baseAddress else {
                    return false
                }
                return unsafe body(start)
            }
        }
    }
}
