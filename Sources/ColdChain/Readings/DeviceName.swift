/// What a device, a bag or a vehicle may be called.
package enum DeviceName {
    /// In bytes. Serial numbers, UUIDs and number plates are a fraction of it.
    package static let maximumLength = 128

    /// Why a name is none.
    package enum Fault: Error, Equatable, Sendable {
        case empty
        /// Longer than `maximumLength`.
        case tooLong
        case notUTF8
        /// A control character, `+` or `#`.
        case forbiddenCharacter
    }

    /// Whether a name can be kept, shown and put into a topic.
    package static func check(_ name: Span<UInt8>) throws(Fault) {
        guard !name.isEmpty else { throw .empty }
        guard name.count <= maximumLength else { throw .tooLong }
        var isASCII = true
        for index in name.indices {
            switch name[index] {
            case 0..<0x20, 0x7F, UInt8(ascii: "+"), UInt8(ascii: "#"): throw .forbiddenCharacter
            case 0x80...: isASCII = false
            default: break
            }
        }
        if !isASCII { try checkBeyondASCII(name) }
    }

    private static func checkBeyondASCII(_ name: Span<UInt8>) throws(Fault) {
        let isText = (try? UTF8Span(validating: name)) != nil
        guard isText else { throw .notUTF8 }
        // U+0080 to U+009F, the second block of control characters.
        for index in 1..<name.count
        where name[index - 1] == 0xC2 && (0x80...0x9F).contains(name[index]) {
            throw .forbiddenCharacter
        }
    }
}

extension DeviceName.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "the name is empty"
        case .tooLong: "the name is longer than \(DeviceName.maximumLength) bytes"
        case .notUTF8: "the name is not UTF-8"
        case .forbiddenCharacter: "the name holds a control character, + or #"
        }
    }
}
