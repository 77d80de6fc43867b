import ColdChain

/// The last messages of each conversation, for whoever begins to follow it (K-7).
struct ChatMemory {
    private struct Entry {
        var serial: UInt64
        var keptAt: Timestamp
        var record: RecordText
    }

    private var conversations: [String: [Entry]] = [:]
    /// Every message in the order of its coming, with those that a later one has driven out.
    private var queue: [(order: String, serial: UInt64, keptAt: Timestamp)] = []
    private var head = 0
    private var lastSerial: UInt64 = 0

    /// - Parameters:
    ///   - limit: Messages of one conversation.
    ///   - capacity: Messages of all of them.
    mutating func note(_ record: RecordText, at now: Timestamp, limit: Int, capacity: Int) {
        guard limit > 0,
            let chat = record.positions.first(where: { $0.channel.kind == .chat })?.channel
        else { return }
        lastSerial += 1
        var entries = conversations.removeValue(forKey: chat.subject) ?? []
        entries.append(Entry(serial: lastSerial, keptAt: now, record: record))
        if entries.count > limit { entries.removeFirst(entries.count - limit) }
        conversations[chat.subject] = entries
        queue.append((chat.subject, lastSerial, now))
        while queue.count - head > capacity { forgetFirst() }
    }

    /// The last messages about an order, the oldest first.
    func messages(of order: String) -> [RecordText] {
        (conversations[order] ?? []).map(\.record)
    }

    mutating func forget(before oldest: Timestamp) {
        while head < queue.count, queue[head].keptAt < oldest { forgetFirst() }
    }

    private mutating func forgetFirst() {
        let first = queue[head]
        head += 1
        if var entries = conversations[first.order], entries.first?.serial == first.serial {
            entries.removeFirst()
            conversations[first.order] = entries.isEmpty ? nil : entries
        }
        if head > 64, head > queue.count / 2 {
            queue.removeSubrange(0..<head)
            head = 0
        }
    }
}

extension Fabric {
    /// Gives one who has begun to follow a conversation its last messages, once.
    mutating func offerConversation(_ channel: Channel, to place: Int) {
        guard
            let joined = connections.peers[place]?.conversations.firstIndex(of: channel.subject),
            let dialect = connections.peers[place]?.dialect,
            let channelPlace = channels.place(of: channel)
        else { return }
        connections.peers[place]?.conversations.remove(at: joined)
        var references = EventChannels()
        references.append(channels.reference(channelPlace))
        for record in chats.messages(of: channel.subject) {
            guard let number = record.number, connections.isOpen(place) else { continue }
            let by = record.positions.firstIndex { $0.channel == channel }
            let frame = frames.add(channels: references, isInHistory: true) { bytes in
                texts.append(
                    record, id: .record(number), by: by, in: dialect, to: &bytes)
            }
            guard let frame else { continue }
            eventSerial += 1
            let offer = connections.outboxes[place].offer(
                record: frame, bytes: frames.byteCount(frame), event: eventSerial,
                isInHistory: true, limit: limits.outboxBytes)
            switch offer {
            case .takenFirst, .taken:
                frames.addReaders(1, to: frame)
                if case .takenFirst = offer {
                    effects.ready.append(connections.outboxes[place].connection)
                }
            case .merged: break
            case .full: close(place, .slowReader)
            }
            frames.releaseIfUnread(frame)
        }
    }
}
