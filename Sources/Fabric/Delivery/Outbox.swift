import Wire

/// What waits for one connection, in three lanes.
///
/// `fill` empties them in this order: *control* (answers, bounded for itself, so that a pong is
/// never behind a backlog), *records* (in order, never dropped), *states* (each key once, whose
/// newest frame is looked up when it leaves). Records leave before states so that a state never
/// carries a position in the log that the reader has not got all records up to.
struct Outbox {
    enum Offer {
        /// It waits now; the connection had been drained before.
        case takenFirst
        case taken
        /// Nothing to add: the connection has this event, or an older one of the same state, waiting
        /// already, or is not to have it.
        case merged
        /// There is no more room: the reader is too slow.
        case full
    }

    let connection: ConnectionNumber
    /// Places of frames in the frame store.
    private(set) var records = PendingQueue()
    /// Places of states in the table of retained states.
    private(set) var states = PendingQueue()
    /// Frames of answers, ready to be sent.
    private(set) var control: [UInt8] = []
    private(set) var recordBytes = 0
    /// How what is written as JSON goes out.
    var encoding = MessageEncoding.json
    /// The last event offered, so that one event reaches the reader once over several channels.
    private var lastEvent: UInt64 = 0
    /// Whether the reader is given what it missed: what the history holds comes to it from there.
    var isCatchingUp = false
    /// Whether critical records may have to be confirmed by the reader.
    var mayOweConfirmations = false
    /// Whether the host has been told that something waits here.
    private(set) var isAnnounced = false

    init(connection: ConnectionNumber) {
        self.connection = connection
    }

    /// What this connection holds of the budget, counting shared frames as if they were its own.
    var waitingBytes: Int { recordBytes + control.count }

    mutating func offer(
        record frame: Int32, bytes: Int, event: UInt64, isInHistory: Bool, limit: Int
    ) -> Offer {
        guard event != lastEvent else { return .merged }
        guard !(isCatchingUp && isInHistory) else { return .merged }
        guard recordBytes + bytes <= limit else { return .full }
        lastEvent = event
        recordBytes += bytes
        records.append(frame)
        return announce()
    }

    mutating func offer(state place: Int32, event: UInt64, limit: Int) -> Offer {
        guard event != lastEvent else { return .merged }
        guard !states.contains(place) else { return .merged }
        guard states.count < limit else { return .full }
        lastEvent = event
        states.append(place)
        return announce()
    }

    /// Adds an answer, in the dialect's frame, unless the lane is full.
    mutating func offer(
        control payload: [UInt8], as opcode: ServerFrame.Opcode, in dialect: Dialect, limit: Int
    ) -> Offer {
        let most = control.count + payload.count + ServerFrame.maximumHeaderBytes
        guard most <= limit else { return .full }
        dialect.append(control: payload, as: opcode, to: &control)
        return announce()
    }

    /// Something waits elsewhere for the reader.
    ///
    /// - Returns: Whether the host is to be told.
    mutating func announceElsewhere() -> Bool {
        guard !isAnnounced else { return false }
        isAnnounced = true
        return true
    }

    private mutating func announce() -> Offer {
        guard !isAnnounced else { return .taken }
        isAnnounced = true
        return .takenFirst
    }

    mutating func takeControl(into bytes: inout [UInt8]) {
        guard !control.isEmpty else { return }
        bytes.append(contentsOf: control)
        control = []
    }

    mutating func removeFirstRecord(bytes: Int) {
        records.removeFirst()
        recordBytes -= bytes
    }

    mutating func removeFirstState() {
        states.removeFirst()
    }

    mutating func takeRecords(
        of frames: [FrameStore.Entry], where isTaken: (FrameStore.Entry) -> Bool
    ) -> [Int32] {
        records.take { isTaken(frames[Int($0)]) }
    }

    mutating func subtract(recordBytes bytes: Int) {
        recordBytes -= bytes
    }

    mutating func takeStates(
        of retained: [RetainedStates.Entry], where isTaken: (RetainedStates.Entry) -> Bool
    ) -> [Int32] {
        states.take { isTaken(retained[Int($0)]) }
    }

    mutating func removeControl() {
        control = []
    }

    mutating func markDrained() {
        isAnnounced = false
    }

    mutating func shrinkIfIdle() {
        records.shrinkIfIdle()
        states.shrinkIfIdle()
    }
}
