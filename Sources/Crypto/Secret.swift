internal import COpenSSL

/// Key material that says nothing of itself and is overwritten before its memory is given back.
///
/// What it was made from (a configuration text, an array) is the maker's to forget.
@safe
package final class Secret: @unchecked Sendable {
    // Invariant of `@unchecked Sendable`: the bytes are written in `init` only, read by any thread
    // after that, and overwritten in `deinit`, when nobody holds the object any more.
    private let bytes: UnsafeMutableBufferPointer<UInt8>

    package init(_ material: some Collection<UInt8>) {
        unsafe bytes = .allocate(capacity: material.count)
        _ = unsafe bytes.initialize(fromContentsOf: material)
    }

    package convenience init(utf8 text: String) {
        self.init(text.utf8)
    }

    deinit {
        unsafe OPENSSL_cleanse(bytes.baseAddress, bytes.count)
        unsafe bytes.deallocate()
    }

    package var count: Int { unsafe bytes.count }

    /// The bytes as text, a copy that nobody overwrites: for the moment of handing it on.
    package var exposedText: String {
        unsafe String(decoding: bytes, as: UTF8.self)
    }

    /// Lends the bytes for the time of a call.
    func withBytes<Answer, Failure: Error>(
        _ body: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Answer
    ) throws(Failure) -> Answer {
        try unsafe body(UnsafeBufferPointer(bytes))
    }

    package static func == (one: Secret, other: Secret) -> Bool {
        unsafe one.withBytes { left in
            unsafe other.withBytes { right in
                unsafe isEqualInConstantTime(left.span, right.span)
            }
        }
    }
}

extension Secret: Equatable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    package var description: String { "(secret)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
