import ColdChain
import Wire

extension Fabric {
    /// Takes a message of the seed's that a client publishes (T-9).
    mutating func publish(
        _ name: String, _ json: JSON, _ address: ReplyAddress, _ place: Int, now: Moment
    ) {
        guard let identity = connections.peers[place]?.identity,
            let type = texts.catalogue.type(accepted: name, in: .tableTap)
        else { return }
        let id = address.messageID ?? nextMessageName()
        let message: JudgedMessage
        do throws(PublicationRefusal) {
            let offered = OfferedMessage(
                id: id, occurredAt: try MessageCatalogue.instant(json["timestamp"]),
                fields: json["data"]?.members ?? [])
            message = JudgedMessage(
                id: id,
                .success(
                    try texts.catalogue.judge(offered, as: type, by: identity, now: now.wall)))
        } catch {
            message = JudgedMessage(id: id, .failure(error))
        }
        submit([message], for: .tableTap(address), place, now: now)
    }

    mutating func answerTableTap(
        _ fates: [PublicationFate], to address: ReplyAddress, _ place: Int, now: Moment
    ) {
        guard let fate = fates.first else { return }
        if let refusal = fate.refusal {
            let error = TableTapError.notPublished(refusal)
            let answer: TableTapAnswer =
                address.messageID.map { .messageError(messageID: $0, error) } ?? .error(error)
            send(texts.tableTap.answer(answer, to: address, at: now.wall), to: place)
        } else if let messageID = address.messageID {
            let answer = TableTapAnswer.acknowledged(messageID: messageID)
            send(texts.tableTap.answer(answer, to: address, at: now.wall), to: place)
        }
    }
}
