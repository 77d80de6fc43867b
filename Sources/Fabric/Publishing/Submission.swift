package import Wire

/// Messages of a client that are to be published: to be answered with `conclude`, once what became
/// of them is durable.
package struct Submission: Equatable, Sendable {
    package var token: UInt64
    package var messages: [JudgedMessage]
}

/// An acknowledgement that a Socket.IO client gets later than its event was taken.
package struct SocketIOAcknowledgement: Equatable, Sendable {
    package var connection: ConnectionNumber
    /// Nil where the client asked for none.
    package var acknowledgement: UInt64?
    package var argument: JSON
}

/// A submission whose answer is awaited.
struct PendingSubmission {
    let connection: ConnectionNumber
    let asker: SubmissionAsker
    /// The publisher's names for the messages.
    let ids: [String?]
}

/// In whose words a submission is answered.
enum SubmissionAsker: Equatable {
    case wia(id: String, type: String)
    case tableTap(ReplyAddress)
    case booking
    case socketIO(event: String, acknowledgement: UInt64?)
    /// A callback is answered by nothing but what is told of it.
    case callback
}

extension Fabric {
    /// Hands messages to whoever records them, and answers those at once that say nothing sound.
    mutating func submit(
        _ messages: [JudgedMessage], for asker: SubmissionAsker, _ place: Int, now: Moment
    ) {
        let hasSound = messages.contains { (try? $0.result.get()) != nil }
        guard hasSound else {
            return answer(Self.fates(ofRefused: messages), to: asker, place, now: now)
        }
        guard let peer = connections.peers[place], peer.submitted < limits.submissions else {
            let fates = messages.map { PublicationFate(id: $0.id, .refused(.overloaded)) }
            return answer(fates, to: asker, place, now: now)
        }
        lastSubmission += 1
        connections.peers[place]?.submitted += 1
        submissions[lastSubmission] = PendingSubmission(
            connection: connections.outboxes[place].connection, asker: asker,
            ids: messages.map(\.id))
        effects.submissions.append(Submission(token: lastSubmission, messages: messages))
    }

    /// Tells a client what became of its messages; one that is gone meanwhile is told nothing.
    ///
    /// - Parameter fates: Nil where the log could not be written.
    package mutating func conclude(
        _ token: UInt64, _ fates: [PublicationFate]?, now: Moment
    ) {
        guard let pending = submissions.removeValue(forKey: token),
            let place = connections.place(of: pending.connection)
        else { return }
        connections.peers[place]?.submitted -= 1
        guard connections.isOpen(place) else { return }
        let fates = fates ?? pending.ids.map { PublicationFate(id: $0, .refused(.unavailable)) }
        answer(fates, to: pending.asker, place, now: now)
    }

    /// The identifier that a recorded message is told under.
    package func messageID(ofRecord number: UInt64) -> String {
        texts.socketIO.offset(.record(number))
    }

    /// A name for a message that its publisher gave none: such a message is not known again.
    mutating func nextMessageName() -> String {
        anonymousMessages += 1
        return "\(hexadecimal(run))-\(anonymousMessages)"
    }

    private static func fates(ofRefused messages: [JudgedMessage]) -> [PublicationFate] {
        messages.compactMap { message in
            guard case .failure(let refusal) = message.result else { return nil }
            return PublicationFate(id: message.id, .refused(refusal))
        }
    }

    private mutating func answer(
        _ fates: [PublicationFate], to asker: SubmissionAsker, _ place: Int, now: Moment
    ) {
        for fate in fates where fate.refusal != nil { statistics.refusedClientMessages += 1 }
        switch asker {
        case .wia(let id, let type): answerWIA(fates, to: id, type, place, now: now)
        case .tableTap(let address): answerTableTap(fates, to: address, place, now: now)
        case .booking: answerBooking(fates, place, now: now)
        case .callback: break
        case .socketIO(let event, let acknowledgement):
            guard let fate = fates.first else { return }
            effects.acknowledgements.append(
                SocketIOAcknowledgement(
                    connection: connections.outboxes[place].connection,
                    acknowledgement: acknowledgement,
                    argument: socketIOAnswer(fate, to: event)))
        }
    }
}
