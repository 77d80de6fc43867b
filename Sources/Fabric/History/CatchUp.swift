import ColdChain

/// What a reader is given of what it missed, while it is given.
struct CatchUp {
    /// The last record the reader has, or was not to have.
    var cursor: UInt64
    /// What the journal gave, to go before anything from memory.
    var page: [RecordText] = []
    /// How many of the page have gone.
    var taken = 0
    /// The last record that the page speaks for.
    var pageEnd: UInt64 = 0
    /// What the journal is asked; nil where nothing is awaited.
    var asked: HistoryRead?
    /// Where the dialect tells what was missed in pages of many records; nil where each record goes
    /// by itself.
    var replay: Replay?
}

/// What was missed, as one message for many records.
struct Replay {
    /// Records of one message, and bytes of what they say: a page is a write's worth.
    static let pageRecords = 50
    static let pageBytes = 16 << 10

    let address: ReplyAddress
    let askedAt: Timestamp
    /// The last message the reader has: the client's own words, or that of the page before.
    var from: ReplayPosition
    var records: [(number: UInt64, record: RecordText)] = []
    var bytes = 0

    var isFull: Bool { records.count >= Self.pageRecords || bytes >= Self.pageBytes }
}

enum ReplayPosition: Equatable {
    case client(String?)
    case record(UInt64)
}

/// A question to the journal, of records that memory does not reach back to.
package struct HistoryRead: Equatable, Sendable {
    package var connection: ConnectionNumber
    package var channels: [Channel]
    /// Records after this number are asked for,
    package var after: UInt64
    /// and up to this one: of a channel that is followed from now on, what comes later is still to
    /// be told.
    package var through: UInt64
    /// How many at most.
    package var limit: Int

    package init(
        connection: ConnectionNumber, channels: [Channel], after: UInt64, through: UInt64,
        limit: Int
    ) {
        self.connection = connection
        self.channels = channels
        self.after = after
        self.through = through
        self.limit = limit
    }
}

/// The journal's answer.
package struct HistoryPage: Equatable, Sendable {
    /// What was asked: an answer to an earlier question is of no use any more.
    package var read: HistoryRead
    /// In the order of their numbers.
    package var records: [RecordText]
    /// Up to this number the page has every record of the channels.
    package var end: UInt64
    /// The journal has every record after this number.
    package var floor: UInt64

    package init(
        read: HistoryRead, records: [RecordText], end: UInt64, floor: UInt64
    ) {
        self.read = read
        self.records = records
        self.end = end
        self.floor = floor
    }
}

extension Fabric {
    enum CatchUpResult {
        case done
        /// The write is full.
        case more
        /// The journal is asked.
        case waiting
    }

    /// Lets a connection have every record of its channels after `number`, before any that is new.
    ///
    /// - Returns: False where neither memory nor the journal reaches back as far; the connection
    ///   then gets what happens from now on.
    mutating func beginCatchUp(_ place: Int, after number: UInt64) -> Bool {
        guard number <= lastNumber, number >= min(journalFloor, history.floor) else {
            return false
        }
        withdrawRecordsOfHistory(from: place)
        connections.peers[place]?.catchUp = CatchUp(cursor: number)
        connections.outboxes[place].isCatchingUp = true
        announce(place)
        return true
    }

    /// The last record that a reader has everything up to; nil where anything waits for it: an answer
    /// overtakes that, and must not name what is still to come.
    func positionOfEverythingTold(_ place: Int) -> UInt64? {
        let hasAll =
            connections.peers[place]?.catchUp == nil && connections.outboxes[place].records.isEmpty
        return hasAll ? lastNumber : nil
    }

    /// Takes what the journal had for a connection that is catching up.
    package mutating func take(_ page: HistoryPage) {
        // Whoever is closed because of it and comes back is told at once that it is lost.
        journalFloor = max(journalFloor, page.floor)
        guard let place = connections.place(of: page.read.connection), connections.isOpen(place),
            let state = connections.peers[place]?.catchUp, state.asked == page.read
        else { return }
        guard page.floor <= state.cursor else {
            close(place, .historyLost)
            return
        }
        connections.peers[place]?.catchUp?.asked = nil
        connections.peers[place]?.catchUp?.page = page.records
        connections.peers[place]?.catchUp?.taken = 0
        connections.peers[place]?.catchUp?.pageEnd = page.end
        announce(place)
    }

    /// Takes what the newest records were before this run, oldest first, and what the number was
    /// before them.
    package mutating func restore(_ records: [RecordText], after floor: UInt64, now: Moment) {
        history = RecordHistory(after: floor)
        for record in records {
            guard let number = record.number else { continue }
            noteEstimate(of: record)
            let keptAt = min(record.occurredAt, now.wall)
            history.append(record, number: number, at: keptAt)
            chats.note(
                record, at: keptAt, limit: limits.chatMessages, capacity: limits.chatMemory)
        }
    }

    mutating func announce(_ place: Int) {
        if connections.outboxes[place].announceElsewhere() {
            effects.ready.append(connections.outboxes[place].connection)
        }
    }

    /// Moves records that were missed to the end of `bytes`, up to the limit.
    mutating func catchUp(
        _ place: Int, into bytes: inout [UInt8], from start: Int, limit: Int
    ) -> CatchUpResult {
        guard connections.outboxes[place].isCatchingUp,
            let dialect = connections.peers[place]?.dialect
        else { return .done }
        let followed = connections.followed(by: place).map { channels.entries[$0].channel }
        while var state = connections.peers[place]?.catchUp {
            guard state.asked == nil else { return .waiting }
            guard hasRoom(for: state, bytes.count - start, limit: limit) else { return .more }
            switch next(&state, on: followed) {
            case .record(let number, let record):
                state.cursor = number
                guard !hasConfirmed(number, place) else {
                    connections.peers[place]?.catchUp = state
                    continue
                }
                noteTold(record, to: place, isResumed: true)
                if state.replay == nil {
                    append(
                        disclosed(record, to: place), number, on: followed, in: dialect,
                        to: &bytes)
                } else {
                    add(
                        disclosed(record, to: place), number, to: &state, on: followed, &bytes)
                }
                connections.peers[place]?.catchUp = state
            case .journal:
                let read = HistoryRead(
                    connection: connections.outboxes[place].connection, channels: followed,
                    after: state.cursor, through: lastNumber, limit: limits.historyPage)
                state.asked = read
                connections.peers[place]?.catchUp = state
                effects.historyReads.append(read)
            case .nothing:
                writePage(of: &state, hasMore: false, on: followed, to: &bytes)
                connections.peers[place]?.catchUp = nil
                connections.outboxes[place].isCatchingUp = false
            }
        }
        return .done
    }

    /// A page is not begun where it may not fit any more.
    private func hasRoom(for state: CatchUp, _ written: Int, limit: Int) -> Bool {
        guard state.replay != nil else { return written < limit }
        return written == 0 || written + Replay.pageBytes < limit
    }

    private enum Missed {
        case record(UInt64, RecordText)
        case journal
        case nothing
    }

    private func next(_ state: inout CatchUp, on followed: [Channel]) -> Missed {
        while state.taken < state.page.count {
            let record = state.page[state.taken]
            state.taken += 1
            guard let number = record.number, number > state.cursor,
                record.positions.contains(where: { followed.contains($0.channel) })
            else { continue }
            return .record(number, record)
        }
        if !state.page.isEmpty || state.pageEnd > state.cursor {
            state.cursor = max(state.cursor, state.pageEnd)
            state.page = []
        }
        guard state.cursor >= history.floor else { return .journal }
        guard let found = history.first(after: state.cursor, on: followed) else { return .nothing }
        return .record(found.number, found.record)
    }

    private mutating func append(
        _ record: RecordText, _ number: UInt64, on followed: [Channel], in dialect: Dialect,
        to bytes: inout [UInt8]
    ) {
        let channel =
            dialect.namesChannel
            ? record.positions.firstIndex { followed.contains($0.channel) } : nil
        let isTold = texts.append(
            record, id: .record(number), by: channel, in: dialect, to: &bytes)
        if isTold { statistics.replays += 1 }
    }
}
