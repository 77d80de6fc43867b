import Glibc

extension ValueType where Value == String {
    /// A short name that may stand in a log line and as the label of a metric.
    static var label: ValueType {
        text("name of letters, digits, '-', '_' and '.'", maximumBytes: 64) { name in
            let isLabel = name.unicodeScalars.allSatisfy { character in
                character.isASCII
                    && (character.properties.isAlphabetic || ("0"..."9").contains(character)
                        || "-_.".unicodeScalars.contains(character))
            }
            return isLabel ? nil : "is '\(name)', allowed are letters, digits, '-', '_' and '.'"
        }
    }

    /// A host name or an IP address, without port and scheme.
    static var host: ValueType {
        // 253 characters are the longest name that DNS can carry.
        text("host name or IP address", maximumBytes: 253) { host in
            if host.contains(where: { $0 == "/" || $0.isWhitespace }) {
                return "is '\(host)', allowed is a host name or an IP address alone"
            }
            // An IPv6 address has more than one colon.
            guard host.filter({ $0 == ":" }).count != 1 else {
                return "is '\(host)'; the port has a key of its own"
            }
            return nil
        }
    }

    /// An IPv4 or IPv6 address in digits.
    static var numericAddress: ValueType {
        // 45 characters are the longest way to write an IPv6 address.
        text("IP address", maximumBytes: 45) { address in
            guard !isNumeric(address) else { return nil }
            return "is '\(address)', allowed is an address such as 127.0.0.1 or ::1"
        }
    }

    private static func isNumeric(_ address: String) -> Bool {
        var bytes = in6_addr()
        return [AF_INET, AF_INET6].contains { unsafe inet_pton($0, address, &bytes) == 1 }
    }

    /// An origin as browsers send it, or `*`.
    static var origin: ValueType {
        text("origin such as https://app.example.com, or *", maximumBytes: 512) { origin in
            guard origin != "*" else { return nil }
            guard let address = WebAddress(origin), address.path.isEmpty else {
                return "names '\(origin)', allowed is * or scheme, host and port alone"
            }
            return nil
        }
    }

    /// An `http` or `https` address without user, password and fragment.
    static var webAddress: ValueType {
        text("https or http address", maximumBytes: 2048) { text in
            guard WebAddress(text) == nil else { return nil }
            return "needs an address such as https://example.com/hook without user and fragment"
        }
    }
}

/// The parts of an `http` or `https` address, as far as a configuration has to know them.
struct WebAddress {
    let isEncrypted: Bool
    let authority: Substring
    /// What follows the authority, with its slash and query.
    let path: Substring

    init?(_ text: String) {
        guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return nil }
        let rest = text.dropFirst(scheme.count)
        isEncrypted = scheme == "https://"
        authority = rest.prefix { $0 != "/" && $0 != "?" }
        path = rest[authority.endIndex...]
        let isClean = rest.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isClean, !authority.isEmpty, !authority.hasPrefix(":"),
            !authority.contains("@"), !rest.contains("#"), !rest.contains("\\")
        else { return nil }
    }
}
