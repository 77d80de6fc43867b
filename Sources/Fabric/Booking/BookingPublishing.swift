import ColdChain
import Wire

extension Fabric {
    /// Takes a message that a client publishes: a bare object with names in lower case, as those of
    /// the server.
    mutating func publish(_ type: MessageType, _ members: [JSON.Member], _ place: Int, now: Moment)
    {
        guard let identity = connections.peers[place]?.identity else { return }
        let named = members.first { $0.name == "message_id" || $0.name == "client_message_id" }
        let id = named?.value.string ?? nextMessageName()
        let message: JudgedMessage
        do throws(PublicationRefusal) {
            guard MessageCatalogue.isMessageID(id), named == nil || named?.value.string != nil
            else {
                throw PublicationRefusal(
                    .invalidField,
                    "message_id: text of 1 to \(MessageCatalogue.messageIDBytes)"
                        + " bytes", field: "message_id")
            }
            let time = members.first { $0.name == "timestamp" || $0.name == "sent_at" }
            let offered = OfferedMessage(
                id: id, occurredAt: try MessageCatalogue.instant(time?.value),
                fields: Self.fields(of: members))
            message = JudgedMessage(
                id: id,
                .success(
                    try texts.catalogue.judge(offered, as: type, by: identity, now: now.wall)))
        } catch {
            message = JudgedMessage(id: id, .failure(error))
        }
        submit([message], for: .booking, place, now: now)
    }

    /// The members with the catalogue's names, without those of the envelope.
    private static func fields(of members: [JSON.Member]) -> [JSON.Member] {
        members.compactMap { member in
            switch member.name {
            case "type", "message_id", "client_message_id", "timestamp": nil
            default: JSON.Member(PositionNames.canonical(member.name), member.value)
            }
        }
    }

    mutating func answerBooking(_ fates: [PublicationFate], _ place: Int, now: Moment) {
        for fate in fates { send(texts.booking.published(fate, at: now.wall), to: place) }
    }
}

/// The short names that Booking and Socket.IO clients have for what a position says.
enum PositionNames {
    static func canonical(_ name: String) -> String {
        switch name {
        case "lat": "latitude"
        case "lng": "longitude"
        case "bearing": "heading"
        case "speed_kmh": "speed"
        default: SnakeCase.canonical(name)
        }
    }
}
