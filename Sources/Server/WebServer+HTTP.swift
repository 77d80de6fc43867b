// Requests in order, one at a time for each connection but for those that are taken in order, and
// their answers.
extension WebServer {
    /// Reads on until a request is with the owner or more bytes are needed.
    func readRequests(at slot: Int) {
        while true {
            do throws(RequestFault) {
                switch connections[slot].phase {
                case .head:
                    guard try readHead(at: slot) else { return }
                case .body:
                    guard takeBody(at: slot) else { return }
                default:
                    return
                }
            } catch {
                answer(fault: error, at: slot)
                return
            }
        }
    }

    /// Answers a request. Nothing happens where it is over: answered, or its client gone.
    package func respond(to token: RequestToken, _ response: HTTPResponse) {
        guard let slot = slot(of: token.connection), connections[slot].phase == .answering else {
            return
        }
        guard
            let exchange = connections[slot].exchange(token.serial),
            exchange.isUnanswered
        else { return }
        let keepsAlive = exchange.head.keepsAlive && !exchange.closesAfterwards
        exchange.closesAfterwards = !keepsAlive
        exchange.answer = response.encoded(
            date: date.text, withBody: exchange.head.method != .head, keepsAlive: keepsAlive)
        // An answer before its turn waits for those to the requests before.
        if exchange === connections[slot].exchange { sendAnswer(slot) }
    }

    /// The slot of a request whose answer is due and has not begun.
    func waiting(_ token: RequestToken) -> Int? {
        guard let slot = slot(of: token.connection), connections[slot].phase == .answering,
            let exchange = connections[slot].exchange, exchange.serial == token.serial,
            exchange.isUnanswered
        else { return nil }
        return slot
    }

    /// Whether a head was complete.
    private func readHead(at slot: Int) throws(RequestFault) -> Bool {
        dropEmptyLine(at: slot)
        guard !connections[slot].input.isEmpty else { return false }
        if connections[slot].searched == 0 {
            connections[slot].deadline = now + intervals.request
        }
        guard let (head, end) = try nextHead(at: slot) else { return false }
        let exchange = beginExchange(head, end, at: slot)
        connections[slot].exchange = exchange
        if Handshake.isRequested(by: head) {
            try Handshake.check(head)
            upgrade(exchange, at: slot)
            return true
        }
        guard head.contentLength <= settings.limits.bodyBytes else {
            throw RequestFault(413, "the body is too long")
        }
        connections[slot].phase = .body
        connections[slot].deadline = now + intervals.request
        if head.expectsContinue, connections[slot].input.count < head.contentLength {
            var interim = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
            write(&interim, to: slot)
        }
        return true
    }

    /// The head that the bytes begin with, and where it ends; nil where it has not come whole.
    private func nextHead(at slot: Int) throws(RequestFault) -> (head: RequestHead, end: Int)? {
        let parser = RequestParser(
            limits: settings.limits, everyMethodPaths: settings.everyMethodPaths)
        let searched = connections[slot].searched
        guard let end = try parser.headEnd(in: connections[slot].input, searched: searched) else {
            connections[slot].searched = connections[slot].input.count
            return nil
        }
        connections[slot].searched = 0
        return (try parser.parse(connections[slot].input[..<end]), end)
    }

    /// Takes a head that `nextHead` found.
    private func beginExchange(_ head: RequestHead, _ end: Int, at slot: Int) -> HTTPExchange {
        connections[slot].input.removeSubrange(..<end)
        connections[slot].serial &+= 1
        return HTTPExchange(head: head, serial: connections[slot].serial)
    }

    /// Hands out what follows a request that has no answer yet, where both are taken in order: whoever
    /// writes much waits for one commit then and not for each.
    ///
    /// RFC 9112 §9.3.2 lets the requests of a connection be worked on together where none is harmed
    /// by another; the owner's word is that it takes these one after the other.
    ///
    /// - Returns: Whether there was any.
    @discardableResult
    func readFollowing(at slot: Int) -> Bool {
        var isAny = false
        while let last = connections[slot].lastExchange, isTakenInOrder(last.head),
            last.head.keepsAlive, !last.closesAfterwards,
            connections[slot].following.count < settings.limits.pipelinedRequests
        {
            dropEmptyLine(at: slot)
            // What is wrong with a request is said when its turn has come.
            guard !connections[slot].input.isEmpty, let next = try? nextHead(at: slot),
                isTakenInOrder(next.head), !Handshake.isRequested(by: next.head),
                next.head.contentLength <= settings.limits.bodyBytes,
                connections[slot].input.count - next.end >= next.head.contentLength
            else { break }
            let exchange = beginExchange(next.head, next.end, at: slot)
            connections[slot].following.append(exchange)
            deliver(exchange, at: slot)
            isAny = true
        }
        return isAny
    }

    private func isTakenInOrder(_ head: RequestHead) -> Bool {
        takesInOrder(head.method, head.target.segments)
    }

    /// RFC 9112 §2.2: an empty line before a request, which some clients send after a body, is not
    /// part of it.
    private func dropEmptyLine(at slot: Int) {
        if connections[slot].searched == 0, connections[slot].input.starts(with: "\r\n".utf8) {
            connections[slot].input.removeFirst(2)
        }
    }

    /// Whether the body was complete.
    private func takeBody(at slot: Int) -> Bool {
        guard let exchange = connections[slot].exchange,
            connections[slot].input.count >= exchange.head.contentLength
        else { return false }
        awaitAnswer(at: slot)
        deliver(exchange, at: slot)
        readFollowing(at: slot)
        return true
    }

    private func upgrade(_ exchange: HTTPExchange, at slot: Int) {
        awaitAnswer(at: slot)
        exchange.isWithOwner = true
        next.events.append(
            .upgrade(
                UpgradeRequest(
                    token: token(of: exchange, at: slot), head: exchange.head,
                    subprotocols: exchange.head.upgrade.subprotocols,
                    clientAddress: clientAddress(slot))))
    }

    /// From now on it is the owner's answer that is awaited.
    private func awaitAnswer(at slot: Int) {
        connections[slot].phase = .answering
        connections[slot].deadline = .max
    }

    /// Hands out a request whose body is what the bytes begin with.
    private func deliver(_ exchange: HTTPExchange, at slot: Int) {
        let length = exchange.head.contentLength
        let body = Array(connections[slot].input.prefix(length))
        connections[slot].input.removeSubrange(..<length)
        exchange.isWithOwner = true
        next.events.append(
            .request(
                HTTPRequest(
                    token: token(of: exchange, at: slot), head: exchange.head, body: body,
                    clientAddress: clientAddress(slot))))
    }

    func token(of exchange: HTTPExchange, at slot: Int) -> RequestToken {
        RequestToken(connection: identity(of: slot), serial: exchange.serial)
    }

    /// Answers what is not worth the owner's time, and ends the connection: after a fault nobody
    /// knows where the next request would begin.
    func answer(fault: RequestFault, at slot: Int) {
        var bytes = HTTPResponse(fault).encoded(date: date.text, withBody: true, keepsAlive: false)
        write(&bytes, to: slot)
        linger(slot, .lost)
    }

    func timeOutRequest(_ slot: Int) {
        guard !connections[slot].input.isEmpty || connections[slot].phase == .body else {
            end(slot, .lost)
            return
        }
        answer(fault: RequestFault(408, "the request took too long"), at: slot)
    }

    /// Hands the library the next piece of an answer; the rest follows as the peer takes it.
    func sendAnswer(_ slot: Int) {
        guard let exchange = connections[slot].exchange, !exchange.answer.isEmpty else { return }
        if exchange.sent < exchange.answer.count {
            let end = min(exchange.sent + settings.limits.writeBytes, exchange.answer.count)
            var piece = Array(exchange.answer[exchange.sent..<end])
            exchange.sent = end
            connections[slot].deadline = now + intervals.request
            guard write(&piece, to: slot) else { return }
        }
        guard exchange.sent == exchange.answer.count else {
            if !connections[slot].isChoked { connections[slot].library?.requestWritable() }
            return
        }
        guard !connections[slot].isChoked else { return }
        if case .sending = exchange.pieces {
            askForPiece(slot, exchange)
        } else {
            finishAnswer(slot, exchange)
        }
    }

    func finishAnswer(_ slot: Int, _ exchange: HTTPExchange) {
        guard !exchange.closesAfterwards else {
            linger(slot, .lost)
            return
        }
        guard connections[slot].following.isEmpty else {
            connections[slot].exchange = connections[slot].following.removeFirst()
            connections[slot].deadline = .max
            let isAny = readFollowing(at: slot)
            // What has no use for more bytes yet gets none, so that what is held stays small.
            if isAny || connections[slot].input.isEmpty {
                allowInput(slot, true)
            }
            sendAnswer(slot)
            return
        }
        connections[slot].exchange = nil
        connections[slot].phase = .head
        // A request behind this one was perhaps looked at already, and has its time from now on.
        connections[slot].searched = 0
        connections[slot].deadline = now + intervals.keepAlive
        allowInput(slot, true)
        readRequests(at: slot)
    }
}
