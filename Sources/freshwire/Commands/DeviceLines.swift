import Wire

/// Devices and unknown frames, as people read them. What comes from the field cannot steer the
/// terminal.
enum DeviceLines {
    private typealias Column = (title: String, member: String)

    private static let columns: [Column] = [
        ("DEVICE", "id"), ("PROFILE", "profile"), ("KIND", "kind"), ("CARRIER", "carrier"),
        ("SITE", "site"), ("LAST SEEN", "lastSeen"),
    ]

    private static let calibrationColumns: [Column] = [
        ("NUMBER", "number"), ("PROBE", "probe"), ("MADE", "madeAt"), ("DUE", "dueAt"),
        ("OVERDUE", "isOverdue"), ("CERTIFICATE", "certificate"), ("LABORATORY", "laboratory"),
        ("ENTERED BY", "enteredBy"), ("SUPERSEDES", "supersedes"),
        ("SUPERSEDED BY", "supersededBy"),
    ]

    /// A head and a line for each device; nothing where there is none.
    static func table(_ devices: [JSON]) -> [String] { table(devices, columns) }

    /// A head and a line for each entry; nothing where there is none.
    static func calibrations(_ entries: [JSON]) -> [String] { table(entries, calibrationColumns) }

    private static func table(_ objects: [JSON], _ columns: [Column]) -> [String] {
        guard !objects.isEmpty else { return [] }
        let rows = objects.map { device in columns.map { shown(device[$0.member]) ?? "-" } }
        let all = [columns.map(\.title)] + rows
        let widths = columns.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        return all.map { row in
            let cells = zip(row, widths).map { $0.padded(to: $1) }.joined(separator: "  ")
            return String(cells.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// A line for each member.
    static func members(_ object: JSON) -> String {
        let members = object.members ?? []
        let width = members.map(\.name.count).max() ?? 0
        return members.map { "\($0.name.padded(to: width))  \(shown($0.value) ?? "-")" }
            .joined(separator: "\n")
    }

    /// Such as `A84041…: dragino/lht65, bag bag-7`.
    static func sentence(_ device: JSON) -> String {
        let text = { (member: String) in shown(device[member]) ?? "-" }
        let profile = shown(device["profile"]) ?? "the profile of its topic"
        return "\(text("id")): \(profile), \(text("kind")) \(text("carrier"))"
    }

    private static func shown(_ value: JSON?) -> String? {
        switch value {
        case nil, .null?: nil
        case .string(let text)?: printable(text)
        case let other?: other.text
        }
    }

    /// The text with its control characters replaced.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    switch scalar.value {
                    case 0..<0x20, 0x7F...0x9F, 0x200E...0x200F, 0x202A...0x202E, 0x2066...0x2069:
                        "\u{FFFD}"
                    default: scalar
                    }
                }))
    }
}
