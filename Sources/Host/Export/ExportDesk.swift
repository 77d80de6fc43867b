import Bridge
import Journal

/// What an answer in pieces has come to.
struct AnswerPiece: Sendable {
    enum Content: Sendable {
        /// Its head, with the first piece as body.
        case begun(APIResponse)
        case piece([UInt8], isLast: Bool)
        /// It cannot be gone on with.
        case broken
    }

    var token: CommandToken
    var content: Content
}

/// The exports under way on the reader thread. Each makes one piece when its client wants one, a
/// step at a time and in turn with the others, and rests until the client has taken it.
struct ExportDesk {
    enum Outcome {
        /// The piece is not full yet.
        case working
        /// All there is, in one piece.
        case whole(APIResponse)
        case piece(AnswerPiece.Content)
    }

    private struct Export {
        var stream: LogStream
        var hasBegun = false
        var piece: [UInt8] = []
    }

    private var exports: [CommandToken: Export] = [:]
    /// Those whose client waits for a piece, by turns.
    private var wanted: [CommandToken] = []

    /// Exports at once: each reads as fast as its client takes it, and all share one thread.
    private static let maximum = 8
    /// What a piece grows to. It is all of an export that is ever in memory, but for the last page.
    private static let pieceBytes = 1 << 17

    var isIdle: Bool { wanted.isEmpty }
    var isFull: Bool { exports.count >= Self.maximum }

    mutating func add(_ stream: LogStream, for token: CommandToken) {
        exports[token] = Export(stream: stream)
        wanted.append(token)
    }

    mutating func resume(_ token: CommandToken) {
        guard exports[token] != nil, !wanted.contains(token) else { return }
        wanted.append(token)
    }

    mutating func remove(_ token: CommandToken) {
        exports[token] = nil
        wanted.removeAll { $0 == token }
    }

    func hasBegun(_ token: CommandToken) -> Bool { exports[token]?.hasBegun ?? false }

    /// Whose turn it is.
    mutating func next() -> CommandToken? { wanted.isEmpty ? nil : wanted.removeFirst() }

    mutating func step(
        _ token: CommandToken, from reader: JournalReader
    ) throws(ExportError) -> Outcome {
        // Taken out, so that its bytes have one owner while they grow.
        guard var export = exports.removeValue(forKey: token) else { return .working }
        var piece: [UInt8] = []
        swap(&piece, &export.piece)
        do throws(ExportError) {
            try export.stream.step(into: &piece, from: reader)
        } catch {
            exports[token] = export
            throw error
        }
        let isLast = export.stream.isFinished
        guard isLast || piece.count >= Self.pieceBytes else {
            export.piece = piece
            exports[token] = export
            wanted.append(token)
            return .working
        }
        let hadBegun = export.hasBegun
        export.hasBegun = true
        if !isLast { exports[token] = export }
        if hadBegun { return .piece(.piece(piece, isLast: isLast)) }
        let response = APIResponse(
            status: 200, contentType: export.stream.format.contentType, body: piece)
        return isLast ? .whole(response) : .piece(.begun(response))
    }
}
