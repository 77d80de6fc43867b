import Wire

extension JSONWriter {
    /// A record's members under names in lower case.
    ///
    /// - Parameter order: What the dialect calls the order.
    mutating func snakeCaseMembers(_ members: [JSON.Member], order: String = "order_id") {
        for member in members {
            name(member.name == "orderId" ? order : SnakeCase.name(member.name))
            if let inner = member.value.members {
                object { $0.snakeCaseMembers(inner, order: order) }
            } else {
                value(member.value)
            }
        }
    }
}

/// Names as dialects in lower case spell them: `measuredAt` as `measured_at`.
enum SnakeCase {
    static func name(_ name: String) -> String {
        var text: [UInt8] = []
        for unit in name.utf8 {
            if (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(unit) {
                text.append(contentsOf: [UInt8(ascii: "_"), unit | 0x20])
            } else {
                text.append(unit)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The canonical name of a field that a client calls so.
    static func canonical(_ name: String) -> String {
        if name == "booking_id" { return "orderId" }
        var text: [UInt8] = []
        var isWordStart = false
        for unit in name.utf8 {
            if unit == UInt8(ascii: "_") {
                isWordStart = true
            } else if isWordStart, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(unit) {
                text.append(unit & ~0x20)
                isWordStart = false
            } else {
                text.append(unit)
                isWordStart = false
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
