internal import Foundation

/// A real HTTP server in another program, and what it says it was sent.
package final class WebhookReceiver {
    package struct Request: Decodable {
        package var method: String
        package var path: String
        package var headers: [String: String]
        package var body: String
        package var connection: Int
        package var underWay: Int
        /// What the PyPI package `standardwebhooks` says of the signature in the headers.
        package var headersHold: Bool
        /// Whether the signature in the body holds.
        package var bodyHolds: Bool

        package var id: String? { headers["webhook-id"] }
    }

    package static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    package let port: UInt16
    private let folder: URL
    private let program: RunningProgram

    /// - Parameter port: Where it listens; nil finds a free one.
    package init(withTLS: Bool = false, port: UInt16? = nil) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var arguments = [folder.appending(path: "requests").path, Self.secret]
        if withTLS { arguments.append(folder.path) }
        if let port { arguments.append("--port=\(port)") }
        program = try RunningProgram("receiver.py", arguments)
        guard let port = UInt16(program.announcement) else {
            throw Python.Failure(description: "no port: \(program.announcement)")
        }
        self.port = port
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// The authority of its certificate, where it speaks TLS.
    package var authoritiesFile: String { folder.appending(path: "ca.pem").path }

    /// How many connections it has accepted, with or without a request.
    package func connectionCount() throws -> Int {
        let file = folder.appending(path: "requests.connections")
        return try String(contentsOf: file, encoding: .utf8).count { $0 == "\n" }
    }

    package func requests() throws -> [Request] {
        let text = try String(contentsOf: folder.appending(path: "requests"), encoding: .utf8)
        // A last line without its end is being written.
        let whole = text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
        return try whole.split(separator: "\n")
            .map { try JSONDecoder().decode(Request.self, from: Data($0.utf8)) }
    }

    /// The requests of one path.
    package func requests(of path: String) throws -> [Request] {
        try requests().filter { $0.path == path }
    }
}
