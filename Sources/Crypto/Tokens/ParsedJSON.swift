internal import CJose
internal import Wire

extension JSON {
    /// How deep a token's claims and headers may nest; real ones nest two or three levels.
    private static let deepestNesting = 16

    /// Reads the JSON text of a token's header, its claims or a key. Nil where it is no JSON
    /// object, an object has a member twice, a number does not fit or it nests too deep.
    init?(tokenText text: [UInt8]) {
        let flags = Int(JSON_REJECT_DUPLICATES)
        let parsed = unsafe text.withUnsafeBytes { bytes in
            unsafe json_loadb(bytes.baseAddress, bytes.count, flags, nil)
        }
        guard let document = unsafe parsed else { return nil }
        defer { unsafe json_decref(document) }
        guard let value = unsafe JSON(document, depth: Self.deepestNesting),
            case .object = value
        else { return nil }
        self = value
    }

    private init?(_ node: UnsafeMutablePointer<json_t>, depth: Int) {
        guard depth > 0 else { return nil }
        switch unsafe node.pointee.type {
        case JSON_NULL: self = .null
        case JSON_TRUE: self = .bool(true)
        case JSON_FALSE: self = .bool(false)
        case JSON_INTEGER: self = unsafe .integer(json_integer_value(node))
        case JSON_REAL: self = unsafe .number(json_real_value(node))
        case JSON_STRING: self = unsafe .string(Self.text(node))
        case JSON_ARRAY:
            guard let elements = unsafe Self.elements(node, depth: depth) else { return nil }
            self = .array(elements)
        case JSON_OBJECT:
            guard let members = unsafe Self.members(node, depth: depth) else { return nil }
            self = .object(members)
        default: return nil
        }
    }

    private static func text(_ node: UnsafeMutablePointer<json_t>) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(
            start: json_string_value(node), count: json_string_length(node))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    private static func elements(_ node: UnsafeMutablePointer<json_t>, depth: Int) -> [JSON]? {
        var elements: [JSON] = []
        for index in unsafe 0..<json_array_size(node) {
            guard let element = unsafe json_array_get(node, index),
                let value = unsafe JSON(element, depth: depth - 1)
            else { return nil }
            elements.append(value)
        }
        return elements
    }

    private static func members(_ node: UnsafeMutablePointer<json_t>, depth: Int) -> [Member]? {
        var members: [Member] = []
        var iterator = unsafe json_object_iter(node)
        while let member = unsafe iterator {
            guard let name = unsafe json_object_iter_key(member),
                let element = unsafe json_object_iter_value(member),
                let value = unsafe JSON(element, depth: depth - 1)
            else { return nil }
            members.append(Member(unsafe String(cString: name), value))
            unsafe iterator = json_object_iter_next(node, member)
        }
        return members
    }
}
