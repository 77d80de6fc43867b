import ColdChain

extension Fabric {
    /// Tells every subscriber of the events, in their order.
    ///
    /// Each event is encoded at most once. It costs a connection one entry in its outbox, however
    /// many of the event's channels it follows.
    package mutating func publish(_ events: [PublishedEvent], now: Moment) {
        publish(events[...], now: now)
    }

    package mutating func publish(_ events: ArraySlice<PublishedEvent>, now: Moment) {
        uptime = now.uptime
        for published in events {
            statistics.events += 1
            if published.isOfOrder { statistics.orderEvents += 1 }
            if case .order(let change)? = published.event {
                if directory[change.order.id] == nil { statistics.orders += 1 }
                applyAccess(of: change.order, now: now)
            }
            switch (published.event, published.record) {
            case (.temperature(let update)?, _): publish(update, now: now)
            case (.location(let update)?, _): publish(update, now: now)
            case (_, let record?) where published.isState: publish(state: record, now: now)
            case (_, let record?): publish(record, now: now)
            case (_, nil): break
            }
        }
    }

    /// The identifier of a message that is not in the log.
    mutating func nextPassingID() -> MessageID {
        passingMessages += 1
        return .passing(after: lastNumber, step: passingMessages)
    }

    // MARK: Records

    private mutating func publish(_ record: RecordText, now: Moment) {
        eventSerial += 1
        noteVersions(of: record)
        noteEstimate(of: record)
        let id: MessageID
        if let number = record.number {
            lastNumber = max(lastNumber, number)
            history.append(record, number: number, at: now.wall)
            chats.note(
                record, at: now.wall, limit: limits.chatMessages, capacity: limits.chatMemory)
            id = .record(number)
        } else {
            id = nextPassingID()
        }
        var references = EventChannels()
        var positions: [Int] = []
        for (position, channel) in record.positions.prefix(EventChannels.most).enumerated() {
            guard let place = channels.place(of: channel.channel), channels.hasSubscribers(place)
            else { continue }
            references.append(channels.reference(place))
            positions.append(position)
        }
        guard references.count > 0 else { return }
        var tooSlow: [Int] = []
        for dialect in Dialect.allCases where isFollowed(references, in: dialect) {
            if dialect.namesChannel {
                for (index, position) in positions.enumerated() {
                    deliver(
                        record, id, by: position, to: index..<index + 1, of: references, dialect,
                        &tooSlow)
                }
            } else {
                deliver(
                    record, id, by: nil, to: 0..<references.count, of: references, dialect,
                    &tooSlow)
            }
        }
        for place in tooSlow { close(place, .slowReader) }
        keepBudget()
    }

    private func isFollowed(_ references: EventChannels, in dialect: Dialect) -> Bool {
        for position in 0..<references.count
        where channels.hasSubscribers(Int(references[position].place), in: dialect) {
            return true
        }
        return false
    }

    /// Puts one frame into the outboxes of those who follow one of the channels in a dialect.
    private mutating func deliver(
        _ record: RecordText, _ id: MessageID, by channel: Int?, to followed: Range<Int>,
        of references: EventChannels, _ dialect: Dialect, _ tooSlow: inout [Int]
    ) {
        guard !isSealed(record) else {
            deliverSealed(record, id, by: channel, to: followed, of: references, dialect, &tooSlow)
            return
        }
        let isInHistory = record.number != nil
        let frame = frames.add(channels: references, isInHistory: isInHistory) { bytes in
            texts.append(record, id: id, by: channel, in: dialect, to: &bytes)
        }
        guard let frame else { return }
        markIfCritical(frame, record)
        for position in followed {
            let place = Int(references[position].place)
            offer(
                frame, isInHistory: isInHistory, to: channels.subscribers(of: place, in: dialect),
                &tooSlow)
        }
        frames.releaseIfUnread(frame)
    }

    mutating func offer(
        _ frame: Int32, isInHistory: Bool, to subscribers: [Subscriber], _ tooSlow: inout [Int]
    ) {
        let bytes = frames.byteCount(frame)
        let event = eventSerial
        let limit = limits.outboxBytes
        let delivered = connections.offer(
            to: subscribers, ready: &effects.ready, tooSlow: &tooSlow
        ) { outbox, _ in
            outbox.offer(
                record: frame, bytes: bytes, event: event, isInHistory: isInHistory, limit: limit)
        }
        frames.addReaders(delivered, to: frame)
        statistics.deliveries += UInt64(delivered)
    }

    /// Ends the connections furthest behind until an eighth of the budget is free again, so that
    /// the search is not repeated with every event.
    mutating func keepBudget() {
        guard outboxBytes > limits.outboxBudgetBytes else { return }
        let target = limits.outboxBudgetBytes - limits.outboxBudgetBytes / 8
        let backlogs = connections.outboxes.indices
            .map { place in (place: place, bytes: connections.outboxes[place].waitingBytes) }
            .filter { $0.bytes > 0 }
            .sorted { $0.bytes > $1.bytes }
        for backlog in backlogs {
            guard outboxBytes > target else { return }
            close(backlog.place, .outboxBudget)
        }
    }

    // MARK: States

    private mutating func publish(_ update: TemperatureUpdate, now: Moment) {
        let key = StateKey(kind: .temperature, order: update.order, carrier: update.bag)
        let place = retain(.event(.temperature(update)), key: key, now: now) { fabric in
            var references = EventChannels()
            if let order = update.order { fabric.append(Channel(.order, order), to: &references) }
            fabric.append(Channel(.bag, update.bag), to: &references)
            return references
        }
        fanOut(state: place)
    }

    private mutating func publish(_ update: LocationUpdate, now: Moment) {
        let key = StateKey(kind: .location, order: update.order, carrier: update.vehicle)
        retireIfDriverChanged(key, driver: update.driver)
        let place = retain(.event(.location(update)), key: key, now: now) { fabric in
            var references = EventChannels()
            if let order = update.order {
                fabric.append(Channel(.order, order), to: &references)
                fabric.append(Channel(.tracking, order), to: &references)
            }
            if let driver = update.driver {
                fabric.append(Channel(.driver, driver), to: &references)
            }
            fabric.append(Channel(.vehicle, update.vehicle), to: &references)
            return references
        }
        fanOut(state: place)
    }

    /// A message of the state class that somebody published.
    private mutating func publish(state record: RecordText, now: Moment) {
        guard let first = record.positions.first else { return }
        let key = StateKey(
            kind: .relayed, order: nil, carrier: "\(record.type) \(first.channel.name)")
        let place = retain(.relayed(record), key: key, now: now) { fabric in
            var references = EventChannels()
            for position in record.positions.prefix(EventChannels.most) {
                fabric.append(position.channel, to: &references)
            }
            return references
        }
        fanOut(state: place)
    }

    /// A vehicle's position under another driver is another driver's position: followers of the
    /// first must not be given it.
    private mutating func retireIfDriverChanged(_ key: StateKey, driver: String?) {
        guard let place = states.place(of: key),
            case .event(.location(let last)) = states.entries[place].content, last.driver != driver
        else { return }
        retire(state: place)
    }

    private mutating func append(_ channel: Channel, to references: inout EventChannels) {
        let place = placeOfChannel(channel)
        references.append(channels.reference(place))
    }

    /// Keeps the event as the newest of its key; `link` finds the channels of a new key.
    private mutating func retain(
        _ content: StateContent, key: StateKey, now: Moment,
        link: (inout Fabric) -> EventChannels
    ) -> Int {
        eventSerial += 1
        let id = nextPassingID()
        if let place = states.place(of: key) {
            statistics.conflatedStates += UInt64(states.entries[place].readers)
            states.renew(place, content: content, id: id, uptime: now.uptime)
            return place
        }
        if states.count >= limits.retainedStates, let oldest = states.placeToGiveUp() {
            retire(state: oldest)
        }
        let references = link(&self)
        let place = states.add(
            RetainedStates.Entry(
                key: key, content: content, id: id, channels: references, renewedAt: now.uptime))
        for position in 0..<references.count {
            channels.add(
                state: Int32(truncatingIfNeeded: place), at: Int(references[position].place))
        }
        return place
    }

    private mutating func fanOut(state place: Int) {
        let references = states.entries[place].channels
        var tooSlow: [Int] = []
        for dialect in Dialect.allCases where isFollowed(references, in: dialect) {
            guard states.writeFrame(place, in: dialect, with: &texts) else { continue }
            for position in 0..<references.count {
                deliver(
                    state: place, on: Int(references[position].place), in: dialect, &tooSlow)
            }
        }
        for place in tooSlow { close(place, .slowReader) }
    }

    private mutating func deliver(
        state: Int, on channel: Int, in dialect: Dialect, _ tooSlow: inout [Int]
    ) {
        let hidesFromCustomers =
            channels.entries[channel].isOrderFinal && states.entries[state].key.kind == .location
        let event = eventSerial
        let limit = limits.pendingStates
        let entry = Int32(truncatingIfNeeded: state)
        let delivered = connections.offer(
            to: channels.subscribers(of: channel, in: dialect), ready: &effects.ready,
            tooSlow: &tooSlow
        ) { outbox, subscriber in
            if hidesFromCustomers && subscriber.role == .customer { return .merged }
            return outbox.offer(state: entry, event: event, limit: limit)
        }
        states.addReaders(delivered, to: state)
        statistics.deliveries += UInt64(delivered)
    }

    /// Puts one state into one outbox, for a new subscriber.
    mutating func offer(state: Int, to place: Int) {
        guard connections.isOpen(place), let dialect = connections.peers[place]?.dialect,
            states.writeFrame(state, in: dialect, with: &texts)
        else { return }
        eventSerial += 1
        let offer = connections.outboxes[place].offer(
            state: Int32(truncatingIfNeeded: state), event: eventSerial,
            limit: limits.pendingStates)
        switch offer {
        case .takenFirst, .taken:
            states.addReaders(1, to: state)
            if case .takenFirst = offer {
                effects.ready.append(connections.outboxes[place].connection)
            }
        case .merged: break
        case .full: close(place, .slowReader)
        }
    }

    /// Forgets a state as the newest of its key; who waits for it still gets it.
    private mutating func retire(state place: Int) {
        let references = states.entries[place].channels
        for position in 0..<references.count {
            let channel = Int(references[position].place)
            channels.remove(state: Int32(truncatingIfNeeded: place), at: channel)
            channels.removeIfUnused(channel)
        }
        states.retire(place)
    }

    /// Forgets states that were not renewed for long, a bounded number of them at a time.
    mutating func forgetOldStates(now: Moment) {
        let oldest = now.uptime - limits.stateRetention
        for place in states.expired(before: oldest, lookingAt: 1024) { retire(state: place) }
    }
}
