import ColdChain

/// Critical messages are confirmed by whoever they are for, or told again (T-11, S-5).
extension Fabric {
    /// Whether a connection owes confirmations of a type of message: it has said that it confirms, or
    /// its dialect's own document asks its users for them.
    func owesConfirmation(of type: MessageType, _ place: Int) -> Bool {
        guard type.isCritical, let peer = connections.peers[place], !peer.isClosing else {
            return false
        }
        switch peer.dialect {
        case .eventStream: return false
        // Only what asks for a callback can be confirmed.
        case .socketIO:
            return type.confirmedBy[.socketIO]?.contains(peer.identity.role) ?? false
        case .wia, .tableTap, .tracking, .booking:
            return peer.confirms
                || type.confirmedBy[DialectName(peer.dialect)]?.contains(peer.identity.role)
                    ?? false
        }
    }

    /// Judges whether a connection may owe any confirmation: most owe none, and are then not asked about
    /// each message that goes out to them.
    mutating func judgeConfirming(_ place: Int) {
        guard let peer = connections.peers[place] else { return }
        connections.outboxes[place].mayOweConfirmations =
            peer.confirms
            || texts.catalogue.isConfirmed(by: peer.identity.role, in: peer.dialect)
    }

    /// The client has said that it confirms.
    mutating func beginConfirming(_ place: Int) {
        connections.peers[place]?.confirms = true
        judgeConfirming(place)
    }

    /// Of a frame that tells a critical record, whoever takes it is noted.
    func isCritical(_ record: RecordText) -> Bool {
        record.number != nil && texts.catalogue[record.type]?.isCritical == true
    }

    mutating func markIfCritical(_ frame: Int32, _ record: RecordText) {
        if isCritical(record) { frames.mark(frame, critical: record) }
    }

    /// A critical record goes out to a connection.
    mutating func noteTold(_ record: RecordText, to place: Int, isResumed: Bool) {
        guard let number = record.number, let type = texts.catalogue[record.type],
            owesConfirmation(of: type, place),
            let user = connections.peers[place]?.identity.subject
        else { return }
        let isKept = confirmations.told(
            record, number, to: user, isResumed: isResumed, now: uptime)
        if !isKept { statistics.confirmationsNotAwaited += 1 }
    }

    /// Whether a connection that comes back has confirmed the record, so that it need not be told
    /// again: a Socket.IO client cannot name an event with a callback as the last that it got.
    func hasConfirmed(_ number: UInt64, _ place: Int) -> Bool {
        guard let peer = connections.peers[place], peer.dialect == .socketIO else { return false }
        return confirmations.isConfirmed(number, by: peer.identity.subject)
    }

    /// A client confirms messages by their identifiers. From now on it is one that confirms.
    mutating func confirm(_ messages: [String], _ place: Int, now: Moment) {
        beginConfirming(place)
        let numbers = messages.compactMap { texts.ids.position(of: $0) }
        confirm(numbers, place, isRemembered: false, now: now)
    }

    /// A message of a client confirms records. It does not count against the client's rate where one of
    /// them was owed: how often that is asked of a client is not the client's choice.
    mutating func confirm(_ numbers: [UInt64], _ place: Int, isRemembered: Bool, now: Moment) {
        guard let peer = connections.peers[place] else { return }
        var wasOwed = false
        for number in numbers {
            let latency = confirmations.confirm(
                number, by: peer.identity.subject, isRemembered: isRemembered, now: now.uptime)
            guard let latency else { continue }
            statistics.confirmations.count(milliseconds: latency)
            wasOwed = true
        }
        guard wasOwed else { return }
        connections.peers[place]?.rate.giveBack(limits.clients(of: peer.dialect).messages)
    }

    /// Tells again what is due, and reports what was told often enough.
    mutating func repeatUnconfirmed(now: Moment) {
        let due = confirmations.takeDue(now: now.uptime)
        statistics.awaitedConfirmations = UInt64(confirmations.owed)
        guard !due.isEmpty else { return }
        let places = placesOfUsers(in: due)
        for item in due {
            switch item {
            case .tellAgain(let user, let entry):
                for place in places[user] ?? [] { tellAgain(entry, place) }
            case .unconfirmed(let user, let entry):
                statistics.unconfirmed += 1
                effects.unconfirmed.append(
                    UnconfirmedDelivery(
                        number: entry.number, messageID: messageID(ofRecord: entry.number),
                        type: entry.record.type, recipient: user, told: entry.told))
            }
        }
    }

    private func placesOfUsers(in due: [ConfirmationBook.Due]) -> [String: [Int]] {
        var places: [String: [Int]] = [:]
        for case .tellAgain(let user, _) in due { places[user] = [] }
        guard !places.isEmpty else { return places }
        for (place, peer) in connections.peers.enumerated() {
            guard let peer, !peer.isClosing else { continue }
            places[peer.identity.subject]?.append(place)
        }
        return places
    }

    /// Puts a message that was told before behind everything that waits for a connection. One for
    /// which anything waits has perhaps not got it yet, or gets it by what it missed.
    private mutating func tellAgain(_ entry: ConfirmationBook.Entry, _ place: Int) {
        guard let type = texts.catalogue[entry.record.type], owesConfirmation(of: type, place),
            positionOfEverythingTold(place) != nil,
            let dialect = connections.peers[place]?.dialect
        else { return }
        var references = EventChannels()
        var by: Int?
        let followed = connections.followed(by: place)
        for (index, position) in entry.record.positions.prefix(EventChannels.most).enumerated() {
            guard let channel = channels.place(of: position.channel), followed.contains(channel)
            else { continue }
            references.append(channels.reference(channel))
            by = by ?? index
        }
        guard references.count > 0 else { return }
        eventSerial += 1
        // Nobody is told more of it than the first time.
        let told = disclosed(entry.record, to: place)
        let frame = frames.add(channels: references, isInHistory: true) { bytes in
            texts.append(
                told, id: .record(entry.number), by: dialect.namesChannel ? by : nil,
                in: dialect, to: &bytes)
        }
        guard let frame else { return }
        offer(repeated: frame, to: place)
        frames.releaseIfUnread(frame)
        keepBudget()
    }

    private mutating func offer(repeated frame: Int32, to place: Int) {
        let offer = connections.outboxes[place].offer(
            record: frame, bytes: frames.byteCount(frame), event: eventSerial, isInHistory: true,
            limit: limits.outboxBytes)
        switch offer {
        case .takenFirst, .taken:
            frames.addReaders(1, to: frame)
            statistics.repeats += 1
            if case .takenFirst = offer {
                effects.ready.append(connections.outboxes[place].connection)
            }
        case .merged: break
        case .full: close(place, .slowReader)
        }
    }
}

/// How long confirmations took: counts by upper bounds, for the host's metrics.
package struct ConfirmationTimes: Equatable, Sendable {
    /// In milliseconds.
    package static let bounds: [Int64] = [100, 500, 1_000, 5_000, 10_000, 30_000, 60_000]

    /// Of each bound those that took at most as long and longer than the bound before; then the rest.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    package private(set) var totalMilliseconds: UInt64 = 0

    package init() {}

    package var count: UInt64 { counts.reduce(0, +) }

    mutating func count(milliseconds: Int64) {
        let place = Self.bounds.firstIndex { milliseconds <= $0 } ?? Self.bounds.count
        counts[place] += 1
        totalMilliseconds += UInt64(clamping: milliseconds)
    }
}
