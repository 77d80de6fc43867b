/// One element of a `Sec-WebSocket-Extensions` field (RFC 6455 §9.1).
struct ExtensionOffer: Equatable {
    struct Parameter: Equatable {
        let name: String
        let value: String?
    }

    let name: String
    private(set) var parameters: [Parameter] = []

    /// The offers in their order, up to the first that is malformed: where that one would end
    /// nobody knows.
    static func all(in field: String) -> [ExtensionOffer] {
        var rest = Array(field.utf8)[...]
        var offers: [ExtensionOffer] = []
        while true {
            skipBlanks(&rest)
            guard !rest.isEmpty else { return offers }
            // RFC 9110 §5.6.1: an empty element counts for nothing.
            if take(",", from: &rest) { continue }
            guard let offer = offer(&rest) else { return offers }
            skipBlanks(&rest)
            guard rest.isEmpty || take(",", from: &rest) else { return offers }
            offers.append(offer)
        }
    }

    private static func offer(_ rest: inout ArraySlice<UInt8>) -> ExtensionOffer? {
        guard let name = token(&rest) else { return nil }
        var offer = ExtensionOffer(name: name)
        while true {
            skipBlanks(&rest)
            guard take(";", from: &rest) else { return offer }
            skipBlanks(&rest)
            guard let name = token(&rest) else { return nil }
            skipBlanks(&rest)
            var value: String?
            if take("=", from: &rest) {
                skipBlanks(&rest)
                value = take("\"", from: &rest) ? quoted(&rest) : token(&rest)
                guard value != nil else { return nil }
            }
            offer.parameters.append(Parameter(name: name, value: value))
        }
    }

    private static func token(_ rest: inout ArraySlice<UInt8>) -> String? {
        let name = rest.prefix(while: RequestParser.isTokenByte)
        guard !name.isEmpty else { return nil }
        rest = rest[name.endIndex...]
        return String(decoding: name, as: UTF8.self)
    }

    /// What stands in quotes must be a token as well, once its escapes are taken out.
    private static func quoted(_ rest: inout ArraySlice<UInt8>) -> String? {
        var text: [UInt8] = []
        while var byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") {
                return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
            }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = rest.popFirst() else { return nil }
                byte = escaped
            }
            guard RequestParser.isTokenByte(byte) else { return nil }
            text.append(byte)
        }
        return nil
    }

    private static func take(_ sign: Unicode.Scalar, from rest: inout ArraySlice<UInt8>) -> Bool {
        guard rest.first == UInt8(ascii: sign) else { return false }
        rest.removeFirst()
        return true
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
    }
}
