import Bridge
import Fabric
import Server
import System
import Wire

/// Who waits for what becomes of published messages.
enum PublicationAsker {
    case request(RequestToken, isList: Bool)
    /// A client, by the token of its submission.
    case client(UInt64)
}

extension FabricLoop {
    /// Hands messages of the REST API to the engine.
    func publish(_ events: PublishedEvents, for request: RequestToken) {
        guard send(events.messages, for: .request(request, isList: events.isList)) else {
            respond(to: request, .overloaded)
            return
        }
    }

    /// - Returns: False where too much waits already.
    private func send(_ messages: [JudgedMessage], for asker: PublicationAsker) -> Bool {
        lastToken += 1
        let token = CommandToken(lastToken)
        guard publishing.count < Self.waitingMaximum,
            mail.engine.send(.command(.publish(messages), token))
        else { return false }
        publishing[token] = asker
        return true
    }

    /// Hands messages of clients to the engine, and answers those that it takes no more of.
    func carryOut(_ submissions: [Submission], now: Moment) {
        for submission in submissions
        where !send(submission.messages, for: .client(submission.token)) {
            let fates = submission.messages.map {
                PublicationFate(id: $0.id, .refused(.overloaded))
            }
            fabric.conclude(submission.token, fates, now: now)
        }
    }

    /// Says what nobody confirmed: in the log at once, to staff and webhooks by the engine.
    func report(_ deliveries: [UnconfirmedDelivery]) {
        guard !deliveries.isEmpty else { return }
        for delivery in deliveries {
            log.warning(
                "critical message not confirmed",
                [
                    "message": delivery.messageID, "type": delivery.type,
                    "recipient": delivery.recipient, "told": "\(delivery.told)",
                ])
        }
        lastToken += 1
        // Nobody waits for the answer.
        if !mail.engine.send(.command(.report(deliveries), CommandToken(lastToken))) {
            log.error("unconfirmed messages could not be reported: the engine is behind")
        }
    }

    /// - Parameter fates: Nil where the log could not be written.
    func conclude(_ asker: PublicationAsker, _ fates: [PublicationFate]?, now: Moment) {
        switch asker {
        case .client(let token): fabric.conclude(token, fates, now: now)
        case .request(let request, let isList):
            guard let fates else { return respond(to: request, .storeUnavailable) }
            respond(
                to: request,
                APIResponse(fates, isList: isList) { fabric.messageID(ofRecord: $0) })
        }
    }
}
