internal import COpenSSL
import Synchronization

/// Opens short messages that devices sealed with AES-128 in counter mode with CBC-MAC (RFC 3610):
/// the encryption of Bluetooth adverts. Made once; opening a message allocates nothing.
package final class SealedMessageOpener: Sendable {
    /// The bytes of a key.
    package static let keyLength = 16
    /// The lengths of nonce that RFC 3610 knows.
    package static let nonceLengths = 7...13

    private let context: Mutex<CipherContext>

    package init() throws(CryptoFailure) {
        context = Mutex(try CipherContext())
    }

    /// Puts what was sealed into `message`, in the place of what was there. False, with `message`
    /// empty, where it was sealed by another key, for another nonce or associated data, or changed.
    ///
    /// - Parameters:
    ///   - sealed: the encrypted bytes without the tag.
    ///   - tag: 4 to 16 bytes, an even number.
    package func open(
        _ sealed: Span<UInt8>, tag: Span<UInt8>, nonce: Span<UInt8>,
        associated: Span<UInt8>, key: Secret, into message: inout [UInt8]
    ) throws(CryptoFailure) -> Bool {
        message.removeAll(keepingCapacity: true)
        guard key.count == Self.keyLength, Self.nonceLengths.contains(nonce.count),
            (4...16).contains(tag.count), tag.count.isMultiple(of: 2), !sealed.isEmpty,
            sealed.count <= Int(Int16.max), associated.count <= Int(Int16.max)
        else { throw CryptoFailure(operation: "AES-128-CCM with these lengths") }
        for _ in sealed.indices { message.append(0) }
        let isOpened = context.withLock { context in
            context.isReady(tag: tag, nonce: nonce, key: key)
                && context.opens(sealed, associated: associated, into: &message)
        }
        if !isOpened { message.removeAll(keepingCapacity: true) }
        return isOpened
    }
}

/// The library's state for one message after the other.
@safe
private struct CipherContext: ~Copyable {
    private let context: OpaquePointer

    init() throws(CryptoFailure) {
        guard let made = unsafe EVP_CIPHER_CTX_new() else {
            throw CryptoFailure(operation: "AES-128-CCM")
        }
        guard unsafe EVP_DecryptInit_ex(made, EVP_aes_128_ccm(), nil, nil, nil) == 1 else {
            unsafe EVP_CIPHER_CTX_free(made)
            throw CryptoFailure(operation: "AES-128-CCM")
        }
        unsafe context = made
    }

    deinit {
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// The lengths have to be told before the key, and the tag before the message.
    func isReady(tag: Span<UInt8>, nonce: Span<UInt8>, key: Secret) -> Bool {
        let nonceLength = Int32(truncatingIfNeeded: nonce.count)
        let tagLength = Int32(truncatingIfNeeded: tag.count)
        guard
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_IVLEN, nonceLength, nil) == 1
        else { return false }
        let hasTag = unsafe tag.withUnsafeBytes { tag in
            // The library reads the tag only; its parameter has no `const`.
            unsafe EVP_CIPHER_CTX_ctrl(
                context, EVP_CTRL_AEAD_SET_TAG, tagLength,
                UnsafeMutableRawPointer(mutating: tag.baseAddress)) == 1
        }
        guard hasTag else { return false }
        return unsafe nonce.withUnsafeBufferPointer { nonce in
            unsafe key.withBytes { key in
                unsafe EVP_DecryptInit_ex(
                    context, nil, nil, key.baseAddress, nonce.baseAddress) == 1
            }
        }
    }

    func opens(
        _ sealed: Span<UInt8>, associated: Span<UInt8>, into message: inout [UInt8]
    ) -> Bool {
        var written: Int32 = 0
        let length = Int32(truncatingIfNeeded: sealed.count)
        guard unsafe EVP_DecryptUpdate(context, nil, &written, nil, length) == 1 else {
            return false
        }
        if !associated.isEmpty {
            let isAbsorbed = unsafe associated.withUnsafeBufferPointer { bytes in
                unsafe EVP_DecryptUpdate(
                    context, nil, &written, bytes.baseAddress,
                    Int32(truncatingIfNeeded: bytes.count)) == 1
            }
            guard isAbsorbed else { return false }
        }
        return unsafe message.withUnsafeMutableBufferPointer { message in
            unsafe sealed.withUnsafeBufferPointer { sealed in
                unsafe EVP_DecryptUpdate(
                    context, message.baseAddress, &written, sealed.baseAddress, length) == 1
            }
        }
    }
}
