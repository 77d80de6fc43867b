// Requests, in order and one at a time for each connection, and their answers.
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
        guard let slot = waiting(token), let exchange = connections[slot].exchange else { return }
        let keepsAlive = exchange.head.keepsAlive && !exchange.closesAfterwards
        exchange.closesAfterwards = !keepsAlive
        exchange.answer = response.encoded(
            date: date.text, withBody: exchange.head.method != .head, keepsAlive: keepsAlive)
        sendAnswer(slot)
    }

    /// The slot of a request that has no answer yet.
    func waiting(_ token: RequestToken) -> Int? {
        guard let slot = slot(of: token.connection), connections[slot].serial == token.serial,
            connections[slot].phase == .answering, let exchange = connections[slot].exchange,
            exchange.answer.isEmpty, exchange.pieces == nil
        else { return nil }
        return slot
    }

    /// Whether a head was complete.
    private func readHead(at slot: Int) throws(RequestFault) -> Bool {
        dropEmptyLine(at: slot)
        guard !connections[slot].input.isEmpty else { return false }
        let parser = RequestParser(
            limits: settings.limits, everyMethodPaths: settings.everyMethodPaths)
        let searched = connections[slot].searched
        if searched == 0 { connections[slot].deadline = now + intervals.request }
        guard let end = try parser.headEnd(in: connections[slot].input, searched: searched) else {
            connections[slot].searched = connections[slot].input.count
            return false
        }
        connections[slot].searched = 0
        let head = try parser.parse(connections[slot].input[..<end])
        connections[slot].input.removeSubrange(..<end)
        connections[slot].serial &+= 1
        connections[slot].exchange = HTTPExchange(head: head)
        if Handshake.isRequested(by: head) {
            try Handshake.check(head)
            deliver(.upgrade(upgradeRequest(head, at: slot)), at: slot)
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

    /// RFC 9112 §2.2: an empty line before a request, which some clients send after a body, is not
    /// part of it.
    private func dropEmptyLine(at slot: Int) {
        if connections[slot].searched == 0, connections[slot].input.starts(with: "\r\n".utf8) {
            connections[slot].input.removeFirst(2)
        }
    }

    /// Whether the body was complete.
    private func takeBody(at slot: Int) -> Bool {
        guard let head = connections[slot].exchange?.head else { return false }
        let length = head.contentLength
        guard connections[slot].input.count >= length else { return false }
        let body = Array(connections[slot].input.prefix(length))
        connections[slot].input.removeSubrange(..<length)
        let request = HTTPRequest(
            token: token(of: slot), head: head, body: body, clientAddress: clientAddress(slot))
        deliver(.request(request), at: slot)
        return true
    }

    private func upgradeRequest(_ head: RequestHead, at slot: Int) -> UpgradeRequest {
        UpgradeRequest(
            token: token(of: slot), head: head, subprotocols: head.upgrade.subprotocols,
            clientAddress: clientAddress(slot))
    }

    private func deliver(_ event: ServerEvent, at slot: Int) {
        connections[slot].phase = .answering
        connections[slot].deadline = .max
        connections[slot].exchange?.isWithOwner = true
        next.events.append(event)
    }

    func token(of slot: Int) -> RequestToken {
        RequestToken(connection: identity(of: slot), serial: connections[slot].serial)
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
        connections[slot].exchange = nil
        connections[slot].phase = .head
        connections[slot].deadline = now + intervals.keepAlive
        allowInput(slot, true)
        readRequests(at: slot)
    }
}
