// Answers whose length nobody knows beforehand. The owner gives one piece whenever the client has
// taken those before, so that what waits here is one piece and no more, however slow the client.
extension WebServer {
    /// Begins an answer in pieces; `response.body` is the first of them. `.room` asks for each
    /// further one, and `.abandoned` says that none is wanted any more.
    ///
    /// The pieces go out as chunks (RFC 9112 §7.1), by which a client tells an answer that was
    /// broken off from a whole one. HTTP/1.0 has no such sign: `RequestHead.isVersion11`.
    ///
    /// - Returns: Whether it was begun: false where the request is over, its client gone.
    package func begin(_ token: RequestToken, _ response: HTTPResponse) -> Bool {
        guard let slot = waiting(token), let exchange = connections[slot].exchange else {
            return false
        }
        let keepsAlive = exchange.head.keepsAlive && !exchange.closesAfterwards
        exchange.closesAfterwards = !keepsAlive
        exchange.pieces = .sending
        exchange.answer = response.encodedAsChunks(date: date.text, keepsAlive: keepsAlive)
        sendAnswer(slot)
        return true
    }

    /// Gives the piece that `.room` asked for. Nothing happens where the answer is over.
    package func send(_ piece: [UInt8], isLast: Bool, to token: RequestToken) {
        guard let slot = awaiting(token), let exchange = connections[slot].exchange else { return }
        HTTPResponse.append(chunk: piece, to: &exchange.answer)
        if isLast { exchange.answer.append(contentsOf: HTTPResponse.lastChunk) }
        guard !exchange.answer.isEmpty else {
            askForPiece(slot, exchange)
            return
        }
        exchange.pieces = isLast ? .ending : .sending
        sendAnswer(slot)
    }

    /// Ends an answer in pieces, and its connection, without the sign of a whole one.
    package func breakOff(_ token: RequestToken) {
        guard let slot = awaiting(token) else { return }
        connections[slot].exchange?.pieces = nil
        connections[slot].exchange?.isWithOwner = false
        end(slot, .lost)
    }

    func askForPiece(_ slot: Int, _ exchange: HTTPExchange) {
        exchange.pieces = .awaited
        // Gives the piece's memory back: the next one may be long in coming.
        exchange.answer = []
        exchange.sent = 0
        connections[slot].deadline = .max
        next.events.append(.room(token(of: exchange, at: slot)))
    }

    /// The slot of an answer whose next piece was asked for.
    private func awaiting(_ token: RequestToken) -> Int? {
        guard let slot = slot(of: token.connection), connections[slot].phase == .answering,
            let exchange = connections[slot].exchange, exchange.serial == token.serial,
            case .awaited = exchange.pieces
        else { return nil }
        return slot
    }
}
