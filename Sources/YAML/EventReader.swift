import CYAML

/// One step of a YAML text, copied out of libyaml's memory.
struct Event {
    enum Content {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case scalar(String, isPlain: Bool)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
    }

    var content: Content
    var mark: Node.Mark
}

/// Owns one libyaml parser and the text it reads, and gives out the text's events in order.
///
/// Anchors, aliases and tags are refused here, so that nothing above has to know of them.
@safe final class EventReader {
    // Both live at fixed addresses from init to deinit: the parser keeps pointers to itself and
    // into the text.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let text: UnsafeMutableBufferPointer<UInt8>

    init(_ bytes: [UInt8]) throws(YAMLError) {
        unsafe parser = .allocate(capacity: 1)
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(from: bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            // libyaml zeroes a parser it could not initialise, so that deinit may delete it.
            throw YAMLError(.outOfMemory, at: .start)
        }
        // Given explicitly, since libyaml would otherwise accept UTF-16 where the text begins so.
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The next event; after `streamEnd` there is none.
    func next() throws(YAMLError) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { unsafe yaml_event_delete(&event) }
        let mark = unsafe Node.Mark(event.start_mark)
        return Event(content: unsafe try content(of: event, at: mark), mark: mark)
    }

    private func content(
        of event: yaml_event_t, at mark: Node.Mark
    ) throws(YAMLError) -> Event.Content {
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_ALIAS_EVENT:
            throw YAMLError(.alias(unsafe text(event.data.alias.anchor)), at: mark)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            unsafe try refuse(anchor: start.anchor, tag: start.tag, at: mark)
            return .sequenceStart
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            unsafe try refuse(anchor: start.anchor, tag: start.tag, at: mark)
            return .mappingStart
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            unsafe try refuse(anchor: scalar.anchor, tag: scalar.tag, at: mark)
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            // An escape can name a NUL; most of those who take a string further would end there.
            guard unsafe !bytes.contains(0) else {
                throw YAMLError(.invalidCharacter("a NUL character is not allowed"), at: mark)
            }
            return unsafe .scalar(
                String(decoding: bytes, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
        default: return .streamEnd
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<UInt8>?, tag: UnsafeMutablePointer<UInt8>?,
        at mark: Node.Mark
    ) throws(YAMLError) {
        if unsafe anchor != nil { throw YAMLError(.anchor(unsafe text(anchor)), at: mark) }
        if unsafe tag != nil { throw YAMLError(.tag(unsafe text(tag)), at: mark) }
    }

    private func text(_ characters: UnsafeMutablePointer<UInt8>?) -> String {
        guard let characters = unsafe characters else { return "" }
        return unsafe String(cString: characters)
    }

    /// What libyaml says about the text it could not go on with.
    private func failure() -> YAMLError {
        let error = unsafe parser.pointee.error
        let problem =
            unsafe parser.pointee.problem.map { unsafe String(cString: $0) } ?? "malformed"
        switch error {
        case YAML_MEMORY_ERROR: return YAMLError(.outOfMemory, at: .start)
        case YAML_READER_ERROR:
            // The reader knows the place only as a count of bytes.
            let offset = unsafe min(Int(clamping: parser.pointee.problem_offset), text.count)
            let mark = unsafe Node.Mark(endOf: text[..<offset])
            return YAMLError(.invalidCharacter(problem), at: mark)
        default:
            let mark = unsafe Node.Mark(parser.pointee.problem_mark)
            guard let context = unsafe parser.pointee.context else {
                return YAMLError(.syntax(problem), at: mark)
            }
            return YAMLError(.syntax("\(problem) \(unsafe String(cString: context))"), at: mark)
        }
    }
}

extension Node.Mark {
    static let start = Node.Mark(line: 1, column: 1)

    fileprivate init(_ mark: yaml_mark_t) {
        self.init(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }

    /// The place right after `bytes`; a column is a character, not a byte.
    fileprivate init(endOf bytes: some Collection<UInt8>) {
        var line = 1
        var column = 1
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.init(line: line, column: column)
    }
}
