import ColdChain
import Wire

/// What a subscriber asks of how states come to it (W-18, K-6); nil leaves it as it is. It counts for
/// the whole connection, because a state may come by several of its channels.
struct StateWishes: Equatable {
    var isDelta: Bool?
    var aggregates: Bool?
    /// How long it wants to be left without further states, in milliseconds.
    var interval: Int64?
}

/// How states come to a connection that asked for something of its own.
struct StateShape {
    var isDelta = false
    var aggregates = false
    /// The payload of each state as the reader has it.
    var told: [StateKey: [JSON.Member]] = [:]
}

extension StateWishes {
    /// Reads `delta`, `aggregate` and `maxUpdatesPerSecond` of a subscription; nil where one of them
    /// is not what it should be.
    init?(_ options: JSON?, limits: FabricLimits) {
        switch options?["delta"] {
        case nil, .null: break
        case .bool(let truth): isDelta = truth
        default: return nil
        }
        if let most = options?["maxUpdatesPerSecond"], most != .null {
            guard let interval = Self.interval(most, limits) else { return nil }
            self.interval = interval
        }
        switch options?["aggregate"] {
        case nil, .null: break
        case .bool(false): aggregates = false
        case .object(let members):
            guard let wish = members.first(where: { $0.name == "intervalMs" })?.value.integer,
                limits.aggregateIntervals.contains(wish)
            else { return nil }
            aggregates = true
            interval = max(interval ?? 0, wish)
        default: return nil
        }
    }

    /// The interval of at most so many updates a second.
    static func interval(_ most: JSON, _ limits: FabricLimits) -> Int64? {
        guard let most = most.double, most > 0, most.isFinite else { return nil }
        let interval = (1000 / most).rounded(.up)
        return Int64(exactly: min(interval, Double(limits.aggregateIntervals.upperBound)))
    }
}

extension Fabric {
    /// Has states come to a connection as it wishes, and begin anew: each whole at first.
    mutating func shapeStates(_ wishes: StateWishes, _ place: Int) {
        if let interval = wishes.interval { setPace(interval: interval, place) }
        var shape = connections.peers[place]?.shape ?? StateShape()
        shape.isDelta = wishes.isDelta ?? shape.isDelta
        shape.aggregates = wishes.aggregates ?? shape.aggregates
        shape.told = [:]
        connections.peers[place]?.shape = shape.isDelta || shape.aggregates ? shape : nil
    }

    /// Gives a connection at most so many states a second; what is no such number is let be.
    package mutating func limitUpdates(
        of connection: ConnectionNumber, toPerSecond most: Double
    ) {
        guard let place = connections.place(of: connection),
            let interval = StateWishes.interval(.number(most), limits)
        else { return }
        setPace(interval: interval, place)
    }

    /// Leaves the connection without further states for as long, or as long as everybody is.
    mutating func setPace(interval: Int64, _ place: Int) {
        let interval = max(interval, limits.updateInterval)
        if connections.peers[place]?.pace == nil {
            connections.peers[place]?.pace = Pace(interval: interval)
        } else {
            connections.peers[place]?.pace?.interval = interval
        }
    }

    /// States that change a field are told with that field alone from now on: what the reader had
    /// before counts no more.
    mutating func forgetToldStates(_ place: Int) {
        connections.peers[place]?.shape?.told = [:]
    }

    /// Moves the states that wait for a connection to the end of `bytes`, as it wishes them.
    mutating func drainShapedStates(
        _ place: Int, into bytes: inout [UInt8], from start: Int, limit: Int
    ) -> FillResult {
        var batch = StateBatch()
        var isFull = false
        while let state = connections.outboxes[place].states.first.map({ Int($0) }) {
            states.bringForward(state, after: lastNumber)
            let entry = states.entries[state]
            let (text, payload) = shapedText(state, for: place)
            let written = bytes.count - start + batch.bytes
            guard written == 0 || written + text.count <= limit else {
                isFull = true
                break
            }
            remember(payload, of: entry.key, for: place)
            batch.add(text, entry)
            connections.outboxes[place].removeFirstState()
            states.removeReader(of: state)
            if connections.peers[place]?.shape?.aggregates != true || batch.isFull {
                write(&batch, for: place, to: &bytes)
            }
        }
        write(&batch, for: place, to: &bytes)
        guard !isFull else { return .more }
        beginRest(place)
        connections.outboxes[place].markDrained()
        return .drained
    }

    /// A state's message for one connection, and its whole payload.
    private mutating func shapedText(
        _ state: Int, for place: Int
    ) -> (text: [UInt8], payload: [JSON.Member]?) {
        _ = states.writeFrame(state, in: .wia, with: &texts)
        let whole = Array(ServerFrame.payload(of: states.frame(state, in: .wia)))
        guard connections.peers[place]?.shape?.isDelta == true,
            let payload = texts.fields.value(of: whole)?["payload"]?.members
        else { return (whole, nil) }
        let entry = states.entries[state]
        // What somebody published is theirs, and told as they said it.
        guard let told = connections.peers[place]?.shape?.told[entry.key],
            case .event(let event) = entry.content
        else { return (whole, payload) }
        let delta = StateDelta(from: told, to: payload)
        return (texts.wia.message(of: event, id: entry.id, delta), payload)
    }

    private mutating func remember(
        _ payload: [JSON.Member]?, of key: StateKey, for place: Int
    ) {
        guard let payload, let told = connections.peers[place]?.shape?.told,
            told[key] != nil || told.count < limits.deltaStates
        else { return }
        connections.peers[place]?.shape?.told[key] = payload
    }

    private mutating func write(
        _ batch: inout StateBatch, for place: Int, to bytes: inout [UInt8]
    ) {
        guard let last = batch.lastID, let newest = batch.newest else { return }
        let start = bytes.count
        let text =
            connections.peers[place]?.shape?.aggregates == true
            ? texts.wia.aggregate(batch.texts, id: last, at: newest) : batch.texts[0]
        ServerFrame.append(.text, payload: text, to: &bytes)
        pack(&bytes, from: start, for: place)
        batch = StateBatch()
    }
}

/// States that go out as one message.
private struct StateBatch {
    /// Small updates gain by it; more of them, or larger ones, do not.
    static let most = 100
    static let mostBytes = 16 << 10

    var texts: [[UInt8]] = []
    var bytes = 0
    var lastID: MessageID?
    var newest: Timestamp?

    var isFull: Bool { texts.count >= Self.most || bytes >= Self.mostBytes }

    mutating func add(_ text: [UInt8], _ entry: RetainedStates.Entry) {
        texts.append(text)
        bytes += text.count
        lastID = entry.id
        let instant = entry.content.occurredAt
        newest = newest.map { max($0, instant) } ?? instant
    }
}

/// What is other in a payload than in the one before.
struct StateDelta {
    var changed: [JSON.Member] = []
    /// Names of members that are gone.
    var removed: [String] = []

    /// Members that say what the state is of, which are always told.
    private static let names: Set<String> = ["orderId", "bagId", "driverId", "vehicleId"]

    init(from old: [JSON.Member], to new: [JSON.Member]) {
        changed = new.filter { member in
            Self.names.contains(member.name)
                || old.first { $0.name == member.name }?.value != member.value
        }
        removed = old.map(\.name).filter { name in !new.contains { $0.name == name } }
    }
}

extension WIAText {
    /// A state's message with only what has changed.
    mutating func message(of event: Event, id: MessageID, _ delta: StateDelta) -> [UInt8] {
        let type = if case .location = event { "location_update" } else { "temperature_update" }
        return message(type, id: id, at: event.occurredAt) { payload in
            payload.member("delta", true)
            for member in delta.changed {
                payload.name(member.name)
                payload.value(member.value)
            }
            guard !delta.removed.isEmpty else { return }
            payload.name("removed")
            payload.array { names in for name in delta.removed { names.value(name) } }
        }
    }

    /// Several states' messages as one.
    mutating func aggregate(
        _ texts: [[UInt8]], id: MessageID, at instant: Timestamp
    ) -> [UInt8] {
        message("state_updates", id: id, at: instant) { payload in
            payload.name("updates")
            payload.array { list in for text in texts { list.raw(text) } }
        }
    }
}
