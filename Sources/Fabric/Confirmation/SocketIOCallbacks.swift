package import Wire

/// Socket.IO clients confirm by calling back. The event is written once for all who follow it, so the
/// number that the callback names is the event's, not the session's.
extension Fabric {
    /// Takes a callback of a Socket.IO client: it confirms the event and, for an offer, may accept it
    /// with `{"accepted":true}` or decline it with `{"accepted":false}`.
    package mutating func receive(
        callback acknowledgement: UInt64, _ arguments: [JSON], on connection: ConnectionNumber,
        now: Moment
    ) {
        guard let admission = admitMessage(on: connection, now: now), admission.isWithinRate,
            let identity = connections.peers[admission.place]?.identity
        else { return }
        let coding = texts.socketIO.callbacks
        let entry = confirmations.entry(of: identity.subject) {
            coding.acknowledgement(of: $0) == acknowledgement
        }
        guard let entry else { return }
        confirm([entry.number], admission.place, isRemembered: true, now: now)
        guard let accepted = arguments.first?["accepted"]?.bool,
            let type = texts.catalogue[entry.record.type], type.effect.isOffer,
            let offer = texts.fields.value(of: entry.record)?["offerId"]?.string,
            let answer = texts.catalogue.answer(toOffer: accepted, of: identity.role)
        else { return }
        let message: JudgedMessage
        // The same callback again is the same answer.
        let id = "callback-\(offer)-\(accepted)"
        do throws(PublicationRefusal) {
            let offered = OfferedMessage(
                id: id, occurredAt: nil, fields: [JSON.Member("offerId", .string(offer))])
            message = JudgedMessage(
                id: id,
                .success(
                    try texts.catalogue.judge(offered, as: answer, by: identity, now: now.wall)))
        } catch {
            message = JudgedMessage(id: id, .failure(error))
        }
        submit([message], for: .callback, admission.place, now: now)
    }
}

/// The numbers that callbacks name.
///
/// They are above all that a session gives, and tell nothing of how many records the log has.
struct CallbackNumbers {
    private let key: UInt64

    init(key: UInt64) {
        self.key = key
    }

    /// The smallest: what a session counts by itself stays below.
    static let least: UInt64 = 1 << 52

    func acknowledgement(of number: UInt64) -> UInt64 {
        var mixer = SplitMix64(state: key ^ number &* 0x9e37_79b9_7f4a_7c15)
        return Self.least | mixer.next() >> 12
    }
}

extension MessageType.Effect {
    var isOffer: Bool { self == .orderOffer || self == .deliveryOffer }
}

extension MessageCatalogue {
    /// The message by which a role answers an offer.
    func answer(toOffer accepts: Bool, of role: Role) -> MessageType? {
        types.first { type in
            type.effect == (accepts ? .acceptOffer : .declineOffer)
                && type.publishers.contains { $0.roles.contains(role) }
        }
    }
}
