import JSONText
import Wire

/// One test vector, as its file has it.
struct Vector {
    var id: String
    var format: String
    var device: String
    var input: JSON
    var expected: [JSON.Member]
    /// Where the vendor's codec stands in its catalogue.
    var codec: String?

    var kind: String { input["kind"]?.string ?? "" }

    /// In bytes.
    static let longestFile = 64 << 20

    /// Elements of other shapes are left out.
    static func read(_ bytes: [UInt8]) throws -> [Vector] {
        let limits = JSONLimits(
            maximumBytes: longestFile, maximumDepth: 64, maximumRows: 1_000_000)
        let json = try JSONText.parse(bytes, limits: limits)
        guard case .array(let elements) = json else { return [] }
        return elements.compactMap(Vector.init)
    }

    private init?(_ json: JSON) {
        guard let id = json["id"]?.string, let format = json["format"]?.string,
            let input = json["input"], case .object(let expected)? = json["expected"]
        else { return nil }
        self.id = id
        self.format = format
        self.input = input
        self.expected = expected
        device = json["device"]?.string ?? ""
        codec = json["codec"]?.string
    }
}
