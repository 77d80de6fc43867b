import ColdChain
import Wire

/// What a client believes an order to be (W-11).
struct OrderDigest: Equatable {
    var order: String
    /// As the dialect spells it; nil where the client does not say.
    var status: String?
    /// Nil where the client has none.
    var version: UInt64?
}

/// What the server says to that. Its own word holds: a client's status is never taken over.
struct Synchronisation: Equatable {
    struct Update: Equatable {
        var order: String
        var status: OrderStatus
        var version: UInt64
        /// The messages of the order since the client's version, as they were told, oldest first.
        var changes: [[UInt8]] = []
        /// Whether those are all of them.
        var hasAllChanges = false
        /// The newest message of each of the order's states.
        var lastKnown: [[UInt8]] = []
    }

    struct Refused: Equatable {
        var order: String
        var refusal: SubscriptionRefusal
    }

    var updates: [Update] = []
    var refused: [Refused] = []

    /// Messages of one order: more than an order has, unless its sensor is at the edge for hours.
    static let changesMaximum = 50
    /// What an update takes beside the messages in it and the order's name, in bytes.
    fileprivate static let updateBytes = 128
}

extension WIARequest {
    /// `{"orders":{"ORD-1":{"status":"CONFIRMED","version":5}}}`
    static func synchronize(
        _ json: JSON, id: String, limits: FabricLimits
    ) throws(WIARefusal) -> WIARequest {
        guard let orders = json["payload"]?["orders"]?.members else {
            throw WIARefusal(error: .wrongPayload, id: id)
        }
        guard orders.count <= limits.subscriptions else {
            throw WIARefusal(error: .tooManyOrders, id: id)
        }
        var digests: [OrderDigest] = []
        for entry in orders {
            guard (1...limits.channelNameBytes).contains(entry.name.utf8.count),
                let digest = OrderDigest(entry)
            else { throw WIARefusal(error: .wrongPayload, id: id) }
            digests.append(digest)
        }
        return .synchronize(id: id, digests)
    }
}

extension OrderDigest {
    fileprivate init?(_ entry: JSON.Member) {
        guard case .object = entry.value else { return nil }
        switch entry.value["status"] {
        case nil, .null: status = nil
        case .string(let name): status = name
        default: return nil
        }
        switch entry.value["version"] {
        case nil, .null: version = nil
        case .integer(let number) where number >= 0: version = UInt64(number)
        default: return nil
        }
        order = entry.name
    }
}

extension Fabric {
    /// What has changed of the orders a client knows, of those it may see.
    ///
    /// An order's version is the number of the newest message on its channel. It grows with each,
    /// and begins anew once there was none for as long as messages are kept: so another version is
    /// told, not only a greater one.
    mutating func synchronisation(_ digests: [OrderDigest], _ place: Int) -> Synchronisation {
        var answer = Synchronisation()
        guard let peer = connections.peers[place] else { return answer }
        // Half of what answers may take, so that this one never fills the lane by itself.
        var room = limits.clients(of: peer.dialect).controlBytes / 2
        for digest in digests {
            room -= digest.order.utf8.count + Synchronisation.updateBytes
            if let refusal = refusal(of: Channel(.order, digest.order), to: peer.identity) {
                answer.refused.append(.init(order: digest.order, refusal: refusal))
            } else if let update = update(since: digest, place) {
                answer.updates.append(update)
            }
        }
        for position in answer.updates.indices {
            let digest = digests.first { $0.order == answer.updates[position].order }
            appendMessages(to: &answer.updates[position], since: digest?.version, place, &room)
        }
        return answer
    }

    private func update(since digest: OrderDigest, _ place: Int) -> Synchronisation.Update? {
        guard let parties = directory[digest.order] else { return nil }
        let version = directory.version(of: digest.order)
        let isSame = digest.status.map { $0 == parties.status.wireName } ?? true
        guard !isSame || digest.version != version else { return nil }
        return Synchronisation.Update(
            order: digest.order, status: parties.status, version: version)
    }

    /// Adds the messages for which there is room; what is left out is said to be missing.
    private mutating func appendMessages(
        to update: inout Synchronisation.Update, since version: UInt64?, _ place: Int,
        _ room: inout Int
    ) {
        let channel = Channel(.order, update.order)
        let newest = history.newest(Synchronisation.changesMaximum, on: channel)
        let missed = newest.filter { entry in
            guard let sequence = entry.record.sequence(on: channel) else { return false }
            return version.map { $0 > update.version || sequence > $0 } ?? true
        }
        var changes: [[UInt8]] = []
        for entry in missed.reversed() {
            let record = disclosed(entry.record, to: place)
            guard let text = message(of: record, entry.number), text.count <= room else {
                break
            }
            room -= text.count
            changes.append(text)
        }
        let firstSequence = missed.first?.record.sequence(on: channel)
        let expected = version.map { $0 > update.version ? 1 : $0 + 1 } ?? 1
        update.hasAllChanges =
            changes.count == missed.count
            && (firstSequence == expected || (missed.isEmpty && update.version < expected))
        update.changes = changes.reversed()
        appendLastKnown(to: &update, place, &room)
    }

    private mutating func appendLastKnown(
        to update: inout Synchronisation.Update, _ place: Int, _ room: inout Int
    ) {
        guard let channel = channels.place(of: Channel(.order, update.order)) else { return }
        let hidesLocation =
            channels.entries[channel].isOrderFinal
            && connections.peers[place]?.identity.role == .customer
        for state in channels.entries[channel].states.map({ Int($0) }) {
            let isLocation = states.entries[state].key.kind == .location
            guard !(isLocation && hidesLocation),
                states.writeFrame(state, in: .wia, with: &texts)
            else { continue }
            let text = ServerFrame.payload(of: states.frame(state, in: .wia))
            guard text.count <= room else { return }
            room -= text.count
            update.lastKnown.append(Array(text))
        }
    }

    private mutating func message(of record: RecordText, _ number: UInt64) -> [UInt8]? {
        var frame: [UInt8] = []
        guard texts.append(record, id: .record(number), by: nil, in: .wia, to: &frame) else {
            return nil
        }
        return Array(ServerFrame.payload(of: frame))
    }

    /// Notes where the orders are that a record is told of.
    mutating func noteVersions(of record: RecordText) {
        for position in record.positions where position.channel.kind == .order {
            texts.orders.note(version: position.sequence, of: position.channel.subject)
        }
    }
}

extension RecordText {
    /// Where the record stands among those of a channel.
    func sequence(on channel: Channel) -> UInt64? {
        positions.first { $0.channel == channel }?.sequence
    }
}

extension JSONWriter {
    mutating func payload(_ answer: Synchronisation) {
        name("updates")
        array { list in
            for update in answer.updates {
                list.object { entry in
                    entry.member("orderId", update.order)
                    entry.member("status", update.status.wireName)
                    entry.member("version", Int64(clamping: update.version))
                    entry.messages("changes", update.changes)
                    entry.member("complete", update.hasAllChanges)
                    entry.messages("lastKnown", update.lastKnown)
                }
            }
        }
        guard !answer.refused.isEmpty else { return }
        name("failed")
        array { failed in
            for refused in answer.refused {
                failed.object { entry in
                    entry.member("orderId", refused.order)
                    entry.member("code", WIAError(refused.refusal).rawValue)
                }
            }
        }
    }

    private mutating func messages(_ name: String, _ texts: [[UInt8]]) {
        self.name(name)
        array { list in for text in texts { list.raw(text) } }
    }
}
