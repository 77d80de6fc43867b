/// Why a JSON text could not be read, and where.
package struct JSONSyntaxError: Error, Equatable, Sendable {
    package enum Reason: String, Sendable {
        case empty
        case tooLarge = "too_large"
        case tooDeep = "too_deep"
        case tooManyRows = "too_many_rows"
        /// A single number, string or literal stands where an object or an array of objects is
        /// asked for.
        case noRows = "no_rows"
        case truncated
        case trailingContent = "trailing_content"
        case invalidUTF8 = "invalid_utf8"
        /// A string holds a control character that is not escaped.
        case controlCharacter = "control_character"
        case invalidEscape = "invalid_escape"
        case invalidLiteral = "invalid_literal"
        case invalidNumber = "invalid_number"
        /// A number beyond the largest `Double`.
        case numberOutOfRange = "number_out_of_range"
        /// A comma, colon, bracket or value stands where the grammar has none.
        case unexpectedToken = "unexpected_token"
        case outOfMemory = "out_of_memory"
    }

    package var reason: Reason
    /// Where in the text, in bytes from 0; nil where only the fault is known and not its place.
    package var offset: Int?

    package init(_ reason: Reason, offset: Int? = nil) {
        self.reason = reason
        self.offset = offset
    }
}

extension JSONSyntaxError: CustomStringConvertible {
    /// One sentence part, such as `the text ends too early at byte 12`.
    package var description: String {
        guard let offset else { return reason.words }
        return "\(reason.words) at byte \(offset)"
    }
}

extension JSONSyntaxError.Reason {
    fileprivate var words: String {
        switch self {
        case .empty: "the text is empty"
        case .tooLarge: "the text is longer than the limit"
        case .tooDeep: "arrays and objects lie deeper inside each other than the limit"
        case .tooManyRows: "the array holds more rows than the limit"
        case .noRows: "neither an object nor an array of objects"
        case .truncated: "the text ends too early"
        case .trailingContent: "something follows the end of the document"
        case .invalidUTF8: "the text is not valid UTF-8"
        case .controlCharacter: "a string holds a control character"
        case .invalidEscape: "a string holds an invalid escape"
        case .invalidLiteral: "neither a value nor true, false or null"
        case .invalidNumber: "a number is malformed"
        case .numberOutOfRange: "a number is too large"
        case .unexpectedToken: "unexpected character"
        case .outOfMemory: "there is no memory to read the text"
        }
    }
}
