import ColdChain
import DeviceCodecs
import JSONText
import Wire

extension DryRunQuestion {
    /// The longest payload, in bytes: what a broker's message may have.
    private static let payloadBytes = 1 << 20

    /// `{"profile":…,"topic":…,"payload":…|"hex":…,"port":…,"model":…}`: a profile or a topic, and
    /// the payload as text or in hexadecimal digits.
    init(request body: [UInt8], receivedAt: Timestamp) throws(DryRunRequestError) {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSONText.parse(body)
        } catch {
            throw DryRunRequestError(code: "not_json", reason: error.description)
        }
        guard let members = json.members else {
            throw DryRunRequestError(field: "body", reason: "expected an object")
        }
        let names = ["profile", "topic", "payload", "hex", "port", "model"]
        for member in members where !names.contains(member.name) {
            throw DryRunRequestError(field: member.name, reason: "is not understood here")
        }
        self.init(
            profile: try json.text("profile"), topic: try json.text("topic"),
            payload: try Self.payload(json), port: try Self.port(json), receivedAt: receivedAt,
            model: try json.text("model"))
        guard profile != nil || topic != nil else {
            throw DryRunRequestError(field: "topic", reason: "or a profile is needed")
        }
    }

    private static func payload(_ json: JSON) throws(DryRunRequestError) -> [UInt8] {
        let text = try json.text("payload")
        let hex = try json.text("hex")
        guard (text == nil) != (hex == nil) else {
            throw DryRunRequestError(field: "payload", reason: "or hex is needed, and not both")
        }
        guard let bytes = text.map({ Array($0.utf8) }) ?? TextCoding.bytes(hex: hex ?? "") else {
            throw DryRunRequestError(field: "hex", reason: "expected pairs of hexadecimal digits")
        }
        guard bytes.count <= payloadBytes else {
            throw DryRunRequestError(
                field: "payload", reason: "is longer than \(payloadBytes) bytes")
        }
        return bytes
    }

    private static func port(_ json: JSON) throws(DryRunRequestError) -> Int {
        guard let port = json["port"] else { return 0 }
        guard let number = port.integer, (0...255).contains(number) else {
            throw DryRunRequestError(field: "port", reason: "ports count from 0 to 255")
        }
        return Int(number)
    }
}

/// Why a request for a dry run is none.
struct DryRunRequestError: Error, Equatable {
    var code = "invalid"
    var field: String?
    var reason: String
}

extension JSON {
    fileprivate func text(_ name: String) throws(DryRunRequestError) -> String? {
        guard let value = self[name], value != .null else { return nil }
        guard let text = value.string else {
            throw DryRunRequestError(field: name, reason: "expected a text")
        }
        return text
    }
}
