import ColdChain
import Wire

/// A message that a WIA client wants told: `{type,id,timestamp,payload}`.
struct WIAOffer: Equatable {
    var type: String
    var id: String
    var timestamp: JSON?
    var payload: [JSON.Member]
}

extension WIAOffer {
    /// A message of a `bulk_update`, or nil where it has no type, or nothing to answer to.
    init?(_ json: JSON, limits: FabricLimits) {
        guard let type = json["type"]?.string, let id = WIARequest.id(of: json, limits: limits)
        else { return nil }
        self.init(
            type: type, id: id, timestamp: json["timestamp"],
            payload: json["payload"]?.members ?? [])
    }

    /// What the catalogue calls the message.
    func type(in catalogue: MessageCatalogue) -> MessageType? {
        guard type == "status_change" else {
            return catalogue.type(accepted: type, in: .wia)
        }
        // Whose status it is, an order's or the driver's own, is told by what it names.
        let namesOrder = payload.contains { $0.name == "orderId" }
        let accepted = catalogue.type(accepted: type, in: .wia)
        return namesOrder ? accepted : catalogue["driver_status_changed"] ?? accepted
    }

    /// The payload with the catalogue's names: a position's members stand in `location`, and a status
    /// in capitals.
    fileprivate var fields: [JSON.Member] {
        var fields: [JSON.Member] = []
        for member in payload {
            switch (member.name, member.value) {
            case ("location", .object(let inner)) where type == "location_update":
                fields += inner
            case ("status", .string(let status)) where type == "status_change":
                fields.append(JSON.Member("status", .string(status.lowercased())))
            default: fields.append(member)
            }
        }
        return fields
    }

    fileprivate func judged(
        by catalogue: MessageCatalogue, of identity: Identity, now: Timestamp
    ) -> JudgedMessage {
        do throws(PublicationRefusal) {
            guard let known = type(in: catalogue) else {
                throw PublicationRefusal(.unknownType, "No such message type.", field: "type")
            }
            let offered = OfferedMessage(
                id: id, occurredAt: try MessageCatalogue.instant(timestamp), fields: fields)
            return JudgedMessage(
                id: id,
                .success(try catalogue.judge(offered, as: known, by: identity, now: now)))
        } catch {
            return JudgedMessage(id: id, .failure(error))
        }
    }
}

extension Fabric {
    /// Judges each message by itself, and has what is sound recorded (W-2, W-12).
    mutating func publish(
        _ offers: [WIAOffer?], to id: String, _ type: String, _ place: Int, now: Moment
    ) {
        guard let identity = connections.peers[place]?.identity else { return }
        let messages = offers.map { offer in
            guard let offer else {
                return JudgedMessage(
                    id: nil,
                    .failure(
                        PublicationRefusal(
                            .invalid, "A message is {type, id, timestamp, payload}.")))
            }
            return offer.judged(by: texts.catalogue, of: identity, now: now.wall)
        }
        submit(messages, for: .wia(id: id, type: type), place, now: now)
    }

    mutating func answerWIA(
        _ fates: [PublicationFate], to id: String, _ type: String, _ place: Int, now: Moment
    ) {
        let answer: WIAAnswer
        if type == "bulk_update" {
            answer = .bulk(fates)
        } else if let refusal = fates.first?.refusal {
            answer = .refused(refusal)
        } else if let fate = fates.first {
            answer = .published(type: type, fate)
        } else {
            return
        }
        send(texts.wia.answer(answer, to: id, at: now.wall), to: place)
    }
}

extension PublicationFate {
    /// `accepted`, `duplicate` or `rejected`.
    package var word: String {
        switch outcome {
        case .accepted: "accepted"
        case .repeated: "duplicate"
        case .refused: "rejected"
        }
    }
}

extension JSONWriter {
    mutating func payload(_ refusal: PublicationRefusal) {
        member("code", refusal.code.rawValue)
        member("message", refusal.message)
        member("field", refusal.field)
    }

    /// One of a `bulk_update`.
    mutating func payload(of fate: PublicationFate) {
        member("id", fate.id)
        member("status", fate.word)
        if let refusal = fate.refusal { payload(refusal) }
    }
}
