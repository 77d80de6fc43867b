package import Configuration
import Courier
import JSONText
package import Wire

/// The REST API of a running daemon, as the command line uses it.
package struct DaemonClient: Sendable {
    /// Without a slash at its end.
    let base: String
    let token: String

    /// Why a request was not carried out.
    package enum Refusal: Error {
        /// Nobody answers there, or nobody who speaks this API.
        case unreachable(String)
        /// The daemon refused: its code for programs and its message for people.
        case refused(status: Int, code: String, message: String)
    }

    /// - Parameter url: Such as `http://127.0.0.1:8080`.
    package init(url: String, token: String) {
        var base = url
        while base.hasSuffix("/") { base.removeLast() }
        self.base = base
        self.token = token
    }

    /// Where the daemon of this configuration listens, seen from this machine; nil where the system
    /// chooses the port.
    package static func url(of configuration: Configuration) -> String? {
        let server = configuration.server
        guard server.port != 0 else { return nil }
        let host =
            switch server.address {
            case "0.0.0.0": "127.0.0.1"
            case "::": "[::1]"
            case let address where address.contains(":"): "[\(address)]"
            case let address: address
            }
        let scheme = server.tls.certificateFile == nil ? "http" : "https"
        return "\(scheme)://\(host):\(server.port)"
    }

    /// - Parameters:
    ///   - segments: Of the path behind `/v1`, not encoded.
    ///   - query: The text behind `?`.
    /// - Returns: The answer; null where it has no body.
    package func request(
        _ method: String, _ segments: [String], query: String = "", body: JSON? = nil
    ) throws(Refusal) -> JSON {
        let path = segments.map { "/" + Self.encoded($0) }.joined()
        let exchange = HTTPExchange(
            method: method, url: "\(base)/v1\(path)\(query.isEmpty ? "" : "?\(query)")",
            authorization: "Bearer \(token)", body: body?.bytes)
        let answer: HTTPExchange.Answer
        do throws(HTTPExchange.Failure) {
            answer = try exchange.perform()
        } catch {
            throw .unreachable("no answer from \(base): \(error.description)")
        }
        if answer.status == 204 { return .null }
        return try content(of: answer)
    }

    /// What an answer says, or why it was refused.
    func content(of answer: HTTPExchange.Answer) throws(Refusal) -> JSON {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSONText.parse(answer.body)
        } catch {
            throw .unreachable("\(base) answers with status \(answer.status) and no JSON")
        }
        guard (200..<300).contains(answer.status) else {
            throw .refused(
                status: answer.status, code: json["error"]?["code"]?.string ?? "",
                message: json["error"]?["message"]?.string ?? "status \(answer.status)")
        }
        return json
    }

    /// A path segment in which every byte but the unreserved ones (RFC 3986 §2.3) is escaped.
    static func encoded(_ segment: String) -> String {
        var text = ""
        for byte in segment.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += "%" + hexadecimal(CollectionOfOne(byte)).uppercased()
            }
        }
        return text
    }
}
