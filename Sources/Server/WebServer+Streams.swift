// Answers that go on for as long as something happens, such as event streams. Like a WebSocket, such
// an answer has an outbox with the owner, who asks for a write when something waits in it.
extension WebServer {
    /// Begins an answer whose content comes from the connection's outbox, until `close`. Its body is
    /// not sent. Nothing happens where the request is over; otherwise `.closed` will come for the
    /// connection.
    ///
    /// What one `fill` gives goes out as one chunk (RFC 9112 §7.1) in one write. To HTTP/1.0, which
    /// knows no chunks, it goes out bare. The connection serves no request after this one.
    ///
    /// - Returns: Whether it was begun.
    package func stream(_ token: RequestToken, _ response: HTTPResponse) -> Bool {
        guard let slot = waiting(token), let head = connections[slot].exchange?.head else {
            return false
        }
        connections[slot].exchange = nil
        connections[slot].input = []
        connections[slot].phase = .streaming
        connections[slot].isChunked = head.isVersion11
        connections[slot].owesClosed = true
        connections[slot].deadline = .max
        var bytes = response.encodedAsStream(date: date.text, isChunked: head.isVersion11)
        guard write(&bytes, to: slot) else { return false }
        if !connections[slot].isChoked { allowInput(slot, true) }
        return true
    }

    func requestEnd(ofStream slot: Int) {
        guard !connections[slot].endsStream else { return }
        connections[slot].endsStream = true
        connections[slot].closure = .byServer
        if connections[slot].isChunked { connections[slot].closeFrame = HTTPResponse.lastChunk }
        connections[slot].deadline = now + intervals.close
        enqueue(slot)
    }
}
