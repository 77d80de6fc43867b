import CSimdJSON
package import Wire

/// JSON text read as a value, for the edges of the program.
///
/// Strict (RFC 8259): no NaN, no comments, nothing behind the end; a leading byte order mark is
/// skipped. An integer that does not fit 64 bits becomes the nearest `Double`. Members whose name
/// occurs twice are all kept, and `JSON`'s subscript answers the first.
package enum JSONText {
    /// Reads one text. Who reads many keeps a `JSONTextReader`.
    package static func parse(
        _ bytes: Span<UInt8>, limits: JSONLimits = .standard
    ) throws(JSONSyntaxError) -> JSON {
        try JSONTextReader(limits: limits).parse(bytes)
    }

    package static func parse(
        _ bytes: [UInt8], limits: JSONLimits = .standard
    ) throws(JSONSyntaxError) -> JSON {
        try parse(bytes.span, limits: limits)
    }
}

/// Reads JSON texts one after the other with the same memory.
package final class JSONTextReader {
    private let reader: Reader

    package init(limits: JSONLimits = .standard) throws(JSONSyntaxError) {
        reader = try Reader(limits: limits)
    }

    package func parse(_ bytes: Span<UInt8>) throws(JSONSyntaxError) -> JSON {
        let begun = unsafe bytes.withUnsafeBufferPointer { bytes in
            unsafe sjson_begin_tokens(reader.handle, bytes.baseAddress, bytes.count)
        }
        guard begun == SJSON_OK else { throw reader.error(begun) }
        guard let first = try next() else { throw JSONSyntaxError(.empty) }
        let root = try value(from: first)
        // Behind the root there is the end, or an error.
        _ = try next()
        return root
    }

    private func next() throws(JSONSyntaxError) -> sjson_token? {
        var token = sjson_token()
        let status = unsafe sjson_next_token(reader.handle, &token)
        switch status {
        case SJSON_OK: return token
        case SJSON_END: return nil
        default: throw reader.error(status)
        }
    }

    /// The value that begins with `token`. The reader's limit bounds the depth of the recursion.
    private func value(from token: sjson_token) throws(JSONSyntaxError) -> JSON {
        switch token.kind {
        case SJSON_TOKEN_OBJECT: .object(try members())
        case SJSON_TOKEN_ARRAY: .array(try elements())
        default: scalar(token.value)
        }
    }

    private func members() throws(JSONSyntaxError) -> [JSON.Member] {
        var members: [JSON.Member] = []
        while let name = try next(), name.kind == SJSON_TOKEN_NAME, let token = try next() {
            members.append(JSON.Member(string(name.value), try value(from: token)))
        }
        return members
    }

    private func elements() throws(JSONSyntaxError) -> [JSON] {
        var elements: [JSON] = []
        while let token = try next(), token.kind != SJSON_TOKEN_CLOSE {
            elements.append(try value(from: token))
        }
        return elements
    }

    private func scalar(_ slot: sjson_slot) -> JSON {
        switch slot.kind {
        case SJSON_TRUE: .bool(true)
        case SJSON_FALSE: .bool(false)
        case SJSON_INTEGER: .integer(slot.integer)
        case SJSON_DOUBLE: .number(slot.number)
        case SJSON_STRING: .string(string(slot))
        default: .null
        }
    }

    private func string(_ slot: sjson_slot) -> String {
        unsafe String(decoding: reader.text(slot), as: UTF8.self)
    }
}
