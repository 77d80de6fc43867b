import Foundation
import InteropSupport
import TestSupport

/// A page in a headless Chromium.
final class Browser {
    /// What came to a stream or a socket of the page, or happened to it.
    struct Note: Decodable {
        struct Content: Decodable {
            var state: String?
            var code: String?
            var recovered: Bool?
        }

        /// The name that the page gave it.
        var of: String
        var event: String
        var id: String?
        /// Of a message of a socket: its type, in the words of the dialect.
        var data: Payload?
        var isClosed: Bool?
        var code: Int?
    }

    struct Payload: Decodable {
        var type: String?
        var event: String?
        var state: String?
        var data: Note.Content?
    }

    /// Its name and version.
    let product: String
    private let program: RunningProgram
    private let folder = TemporaryDirectory()

    init(page: String) throws {
        program = try RunningProgram("browser.py", [page, folder.file("notes")])
        product = program.announcement
    }

    /// Has the page evaluate an expression of JavaScript.
    func evaluate(_ expression: String) throws { try program.send(expression) }

    func notes(of name: String) throws -> [Note] {
        let text = folder.read("notes")
        return try text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
            .split(separator: "\n").map { try decode($0) as Note }.filter { $0.of == name }
    }

    /// Waits until something came to a stream or a socket.
    func waits(for name: String, _ isMeant: (Note) -> Bool) throws -> Bool {
        try eventually(within: .seconds(30)) { try notes(of: name).contains(where: isMeant) }
    }
}
