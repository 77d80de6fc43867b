import ColdChain
import Wire

extension Fabric {
    /// Takes an event that a client publishes: its one argument has names in lower case.
    mutating func publish(
        _ type: MessageType, _ event: String, _ argument: JSON?, _ acknowledgement: UInt64?,
        _ place: Int, now: Moment
    ) {
        guard let identity = connections.peers[place]?.identity else { return }
        let members = argument?.members ?? []
        let id = members.first { $0.name == "message_id" }?.value.string ?? nextMessageName()
        let message: JudgedMessage
        do throws(PublicationRefusal) {
            guard argument?.members != nil, MessageCatalogue.isMessageID(id) else {
                throw PublicationRefusal(.invalid, "The event needs one argument, an object.")
            }
            let time = members.first { $0.name == "timestamp" }
            let offered = OfferedMessage(
                id: id, occurredAt: try MessageCatalogue.instant(time?.value),
                fields: members.compactMap { member in
                    switch member.name {
                    case "message_id", "timestamp": nil
                    default: JSON.Member(PositionNames.canonical(member.name), member.value)
                    }
                })
            message = JudgedMessage(
                id: id,
                .success(
                    try texts.catalogue.judge(offered, as: type, by: identity, now: now.wall)))
        } catch {
            message = JudgedMessage(id: id, .failure(error))
        }
        submit(
            [message], for: .socketIO(event: event, acknowledgement: acknowledgement), place,
            now: now)
    }

    /// The argument of the acknowledgement.
    func socketIOAnswer(_ fate: PublicationFate, to event: String) -> JSON {
        if let refusal = fate.refusal {
            var members = [
                JSON.Member("status", "error"), JSON.Member("event", .string(event)),
                JSON.Member("code", .string(refusal.code.rawValue)),
                JSON.Member("message", .string(refusal.message)),
            ]
            if let field = refusal.field { members.append(JSON.Member("field", .string(field))) }
            return .object(members)
        }
        var members = [JSON.Member("status", "ok")]
        if case .repeated = fate.outcome { members.append(JSON.Member("duplicate", true)) }
        if let number = fate.number {
            members.append(JSON.Member("message_id", .string(messageID(ofRecord: number))))
        }
        return .object(members)
    }
}
