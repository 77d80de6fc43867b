import CSimdJSON

/// The C reader and its memory: made once, used for one text after the other.
///
/// It is the only owner of the pointer, and gives out no address of its memory.
@safe
final class Reader {
    let handle: OpaquePointer

    init(limits: JSONLimits) throws(JSONSyntaxError) {
        let depth = min(max(limits.maximumDepth, 0), JSONLimits.deepest)
        let created = unsafe sjson_reader_create(
            sjson_limits(
                bytes: max(limits.maximumBytes, 0), depth: depth,
                rows: max(limits.maximumRows, 0)))
        guard let created = unsafe created else { throw JSONSyntaxError(.outOfMemory) }
        unsafe handle = created
    }

    deinit { unsafe sjson_reader_destroy(handle) }

    /// The error a status stands for, which is neither success nor the fault of a single row.
    func error(_ status: sjson_status) -> JSONSyntaxError {
        var offset = 0
        let isKnown = unsafe sjson_error_offset(handle, &offset)
        return JSONSyntaxError(reason(status), offset: isKnown ? offset : nil)
    }

    private func reason(_ status: sjson_status) -> JSONSyntaxError.Reason {
        switch status {
        case SJSON_TOO_LARGE: .tooLarge
        case SJSON_TOO_DEEP: .tooDeep
        case SJSON_TOO_MANY_ROWS: .tooManyRows
        case SJSON_NO_ROWS: .noRows
        case SJSON_EMPTY: .empty
        case SJSON_TRUNCATED: .truncated
        case SJSON_TRAILING_CONTENT: .trailingContent
        case SJSON_INVALID_UTF8: .invalidUTF8
        case SJSON_CONTROL_CHARACTER: .controlCharacter
        case SJSON_INVALID_ESCAPE: .invalidEscape
        case SJSON_INVALID_LITERAL: .invalidLiteral
        case SJSON_INVALID_NUMBER: .invalidNumber
        case SJSON_NUMBER_OUT_OF_RANGE: .numberOutOfRange
        case SJSON_OUT_OF_MEMORY: .outOfMemory
        default: .unexpectedToken
        }
    }

    /// The bytes of a string or a name. They stay as they are until the next text begins.
    func text(_ slot: sjson_slot) -> UnsafeBufferPointer<UInt8> {
        guard let text = unsafe sjson_text(handle) else {
            return unsafe UnsafeBufferPointer(start: nil, count: 0)
        }
        return unsafe UnsafeBufferPointer(
            start: text + Int(slot.offset), count: Int(slot.length))
    }
}
