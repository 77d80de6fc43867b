/// What server and client agree on of permessage-deflate (RFC 7692 §7).
///
/// Neither side may take anything over from one message to the next: then one compressor and one
/// decompressor serve all connections, an idle one holds no window, and a message for many is
/// compressed once.
struct DeflateAgreement: Equatable {
    /// The window that the client bounds the server's messages to, as a power of two.
    let serverWindowBits: Int?

    private static let name = "permessage-deflate"
    private static let windowBits = 8...15
    /// The smallest window that a message worth compressing may come near.
    private static let smallestServedWindowBits = 9

    /// The first offer in a `Sec-WebSocket-Extensions` field that can be met. An offer that cannot
    /// is declined, which leaves the connection as it is without.
    static func first(offeredIn field: String) -> DeflateAgreement? {
        for offer in ExtensionOffer.all(in: field) where offer.name == name {
            if let agreement = DeflateAgreement(offer) { return agreement }
        }
        return nil
    }

    /// Nil where the offer has a parameter unknown, repeated or with a value it cannot have (§7).
    private init?(_ offer: ExtensionOffer) {
        var seen: Set<String> = []
        var serverWindowBits: Int?
        for parameter in offer.parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch (parameter.name, parameter.value) {
            case ("server_no_context_takeover", nil), ("client_no_context_takeover", nil),
                // Any window that a client may use is smaller than the one here.
                ("client_max_window_bits", nil):
                break
            case ("client_max_window_bits", let value?):
                guard Self.bits(value) != nil else { return nil }
            case ("server_max_window_bits", let value?):
                guard let bits = Self.bits(value), bits >= Self.smallestServedWindowBits
                else { return nil }
                serverWindowBits = bits
            default:
                return nil
            }
        }
        self.serverWindowBits = serverWindowBits
    }

    /// A number without leading zeros (§7.1.2.1).
    private static func bits(_ text: String) -> Int? {
        windowBits.first { String($0) == text }
    }

    /// The longest message that may be compressed: the one compressor uses the largest window, and
    /// keeps to a smaller one where the whole message fits into that.
    var compressibleBytes: Int {
        guard let bits = serverWindowBits, bits < Self.windowBits.upperBound else { return .max }
        return 1 << bits
    }

    /// For the answer's header field.
    var answer: String {
        var text = "\(Self.name); server_no_context_takeover; client_no_context_takeover"
        if let serverWindowBits { text += "; server_max_window_bits=\(serverWindowBits)" }
        return text
    }
}
