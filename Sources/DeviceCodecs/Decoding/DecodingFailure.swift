import JSONText

/// What is wrong with a message, a row of it or a field of a row. The raw value is the short
/// constant name that metrics count by and dead letters carry.
package enum DecodingReason: String, CaseIterable, Sendable {
    // The message as a whole.
    case emptyPayload = "empty_payload"
    case tooLarge = "too_large"
    case tooDeep = "too_deep"
    case tooManyRows = "too_many_rows"
    case invalidUTF8 = "invalid_utf8"
    case notJSON = "not_json"
    case outOfMemory = "out_of_memory"
    /// Bytes that are not what the profile's format begins with.
    case unknownFrame = "unknown_frame"
    case truncatedFrame = "truncated_frame"
    case badChecksum = "bad_checksum"
    case notCBOR = "not_cbor"
    /// Text that should be hexadecimal digits or Base64.
    case badEncoding = "bad_encoding"
    /// The message lacks what the format always has.
    case missingField = "missing_field"
    /// A form of the format that is known and not read.
    case unsupported = "unsupported"
    /// Relayed for a device of which nobody said what model it is.
    case unknownModel = "unknown_model"
    /// Encrypted, and there is no key for the device, or the wrong one.
    case missingKey = "missing_key"
    case wrongKey = "wrong_key"
    /// Encrypted, with a counter that went back further than late frames do.
    case replayedFrame = "replayed_frame"

    // A vendor's JavaScript codec.
    case codecUnavailable = "codec_unavailable"
    case codecThrew = "codec_threw"
    case codecTimedOut = "codec_timed_out"
    case codecReportedErrors = "codec_reported_errors"
    case codecCrashed = "codec_crashed"
    case codecSuspended = "codec_suspended"
    case codecAnswerUnusable = "codec_answer_unusable"

    // A row, or a message that is one.
    case notAnObject = "not_an_object"
    /// A name that the profile asks for occurs twice.
    case duplicateField = "duplicate_field"
    /// A time is there but cannot be read: the reading is not given the time of receipt instead.
    case invalidTime = "invalid_time"
    case nothingMeasured = "nothing_measured"

    // A field.
    case wrongType = "wrong_type"
    /// NaN, an infinity, or a number beyond the largest double.
    case notFinite = "not_finite"
    /// A coordinate, speed, heading or accuracy that cannot be.
    case outOfRange = "out_of_range"
    /// A latitude without a longitude, or what belongs to a position without one.
    case incompletePosition = "incomplete_position"

    /// The reason as a `Rejection` of one field carries it, such as `wrong_type:temperature`.
    package func text(field: String) -> String { "\(rawValue):\(field)" }
}

/// A message from which not a single sample could be taken.
package struct DecodingFailure: Error, Equatable, Sendable {
    package var reason: DecodingReason
    /// In words: the place in the text, or the row and field at fault.
    package var detail: String
    /// Whose message it is, where that could be told although nothing could be taken from it.
    package var device: String?

    package init(_ reason: DecodingReason, detail: String = "", device: String? = nil) {
        self.reason = reason
        self.detail = detail
        self.device = device
    }

    init(_ error: JSONSyntaxError) {
        self.init(DecodingReason(error.reason), detail: error.description)
    }
}

extension DecodingReason {
    fileprivate init(_ reason: JSONSyntaxError.Reason) {
        switch reason {
        case .empty: self = .emptyPayload
        case .tooLarge: self = .tooLarge
        case .tooDeep: self = .tooDeep
        case .tooManyRows: self = .tooManyRows
        case .noRows: self = .notAnObject
        case .invalidUTF8: self = .invalidUTF8
        case .outOfMemory: self = .outOfMemory
        case .truncated, .trailingContent, .controlCharacter, .invalidEscape, .invalidLiteral,
            .invalidNumber, .numberOutOfRange, .unexpectedToken:
            self = .notJSON
        }
    }
}

extension JSONDocument {
    /// Reads a payload that has to be a document.
    mutating func root(of payload: Span<UInt8>) throws(DecodingFailure) -> Node {
        do throws(JSONSyntaxError) {
            return try read(payload)
        } catch {
            throw DecodingFailure(error)
        }
    }
}
