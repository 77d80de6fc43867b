import Bridge
import ColdChain
import Fabric

/// What must hold of silences after each turn, by the log alone: who should have spoken, when each was
/// heard last, and so who is silent and how often that was told.
extension Simulation {
    /// Something that should speak: a probe, a device of which no probe is named, or the bag.
    private struct Listened: Hashable {
        var source: SourceNumber?
        var probe: UInt8?
    }

    private struct State {
        /// When it was heard last, or the bag began to carry the order.
        var base: Timestamp
        var isExpected: Bool
        /// Times far ahead of their receipt: which of them is a repetition the log does not tell.
        var isUnsure = false
    }

    func requireSilences() throws(Violation) {
        // What the log was asked for in this turn is judged in the next one.
        guard process.isAnswered, let woken = process.lastWake, let firstWake = process.firstWake
        else { return }
        let pause = plan.settings.silence.startPause
        let mayTell = woken.milliseconds(since: firstWake) >= pause
        var open: [Listened: Silence] = [:]
        for custody in disk.custody where custody.until == nil {
            open.removeAll(keepingCapacity: true)
            for silence in disk.silences.values
            where silence.end == nil && silence.bag == custody.bag
                && silence.order == custody.order && silence.carriedSince == custody.from
            {
                let listened = Listened(source: silence.source, probe: silence.probe)
                guard open.updateValue(silence, forKey: listened) == nil else {
                    throw Violation("\(silence) is told twice")
                }
            }
            try require(open, of: custody, at: woken, mayTell: mayTell)
        }
        for silence in disk.silences.values where silence.end == nil {
            let isCarried = disk.custody.contains {
                $0.until == nil && $0.bag == silence.bag && $0.order == silence.order
                    && $0.from == silence.carriedSince
            }
            guard isCarried else { throw Violation("\(silence) outlasts the order") }
        }
    }

    private func require(
        _ open: [Listened: Silence], of custody: Custody, at woken: Timestamp, mayTell: Bool
    ) throws(Violation) {
        let states = states(of: custody)
        for (listened, silence) in open
        where states[listened]?.isExpected != true && states[listened]?.isUnsure != true {
            throw Violation("\(silence) lasts, and nothing is expected of it")
        }
        for (listened, state) in states where state.isExpected && !state.isUnsure {
            let after = plan.settings.silence.silentAfter
            let since = state.base.advanced(byMilliseconds: after + 1)
            guard let silence = open[listened] else {
                guard !mayTell || woken < since else {
                    throw Violation(
                        "\(listened) of \(custody.bag) is silent since \(since), it is \(woken), "
                            + "and nobody is told")
                }
                continue
            }
            guard since <= woken, silence.since == since else {
                throw Violation("\(silence) is told, and it was heard at \(state.base)")
            }
            let notices = notices(after: silence.toldAt.milliseconds(since: since))
            let due = self.notices(after: woken.milliseconds(since: since))
            guard silence.notices == notices, !mayTell || notices == due else {
                throw Violation("\(silence) is told for the \(due)th time")
            }
        }
    }

    private func notices(after elapsed: Int64) -> Int64 {
        var wait = plan.settings.silence.firstRepeat
        var left = elapsed - wait
        var count: Int64 = 1
        while left >= 0 {
            wait = min(2 * wait, plan.settings.silence.longestRepeat)
            left -= wait
            count += 1
        }
        return count
    }

    private func states(of custody: Custody) -> [Listened: State] {
        var states: [Listened: State] = [:]
        var bag = State(base: custody.from, isExpected: true)
        let sources = disk.sources.filter { $0.carrier == .bag(custody.bag) }
        for device in Set(sources.map(\.device)) {
            let own = sources.filter { $0.device == device }.map(\.number)
            guard let speaker = own.min(by: { $0.rawValue < $1.rawValue }) else { continue }
            let isThere = isFixed(device, to: custody.bag)
            let readings = own.flatMap { disk.spoken[$0] ?? [] }
                .filter { custody.covers($0.measuredAt) }
                .sorted { $0.receivedAt < $1.receivedAt }
            let isUnsure = readings.contains {
                $0.measuredAt.milliseconds(since: $0.receivedAt) > 60_000
            }
            if isUnsure { bag.isUnsure = true }
            for (probe, heard) in lastHeard(readings) {
                states[Listened(source: speaker, probe: probe)] = State(
                    base: heard ?? custody.from, isExpected: isThere, isUnsure: isUnsure)
                bag.base = max(bag.base, heard ?? custody.from)
                if isThere { bag.isExpected = false }
            }
            let isWhole =
                readings.isEmpty && isThere && own.contains { disk.measuring.contains($0) }
            states[Listened(source: speaker)] = State(base: custody.from, isExpected: isWhole)
            if isWhole { bag.isExpected = false }
        }
        states[Listened()] = bag
        return states
    }

    private func isFixed(_ device: String, to bag: String) -> Bool {
        guard let known = disk.registry[device] else { return false }
        return known.isAutomatic ? device == bag : known.fixedTo == .bag(bag)
    }

    /// When each probe said something newer than all before it.
    private func lastHeard(_ readings: [Reading]) -> [UInt8: Timestamp?] {
        var newest: [UInt8: Timestamp] = [:]
        var heard: [UInt8: Timestamp?] = [:]
        for reading in readings {
            let probe = reading.measurement.probe
            if heard[probe] == nil { heard.updateValue(nil, forKey: probe) }
            guard reading.measurement.marker == nil else { continue }
            if let before = newest[probe], reading.measuredAt <= before { continue }
            newest[probe] = reading.measuredAt
            heard.updateValue(reading.receivedAt, forKey: probe)
        }
        return heard
    }

    /// Each silence was told by events with growing numbers, and its end by one more.
    func requireSilencesTold() throws(Violation) {
        var last: [SilenceKey: SilenceNotice] = [:]
        for logged in disk.events {
            guard case .silence(let notice) = logged.event else { continue }
            // A bag that came back to its order may be silent since the same instant again.
            let same = disk.silences.values.filter {
                disk.order($0.order)?.id == notice.order && $0.bag == notice.bag
                    && $0.since == notice.since && $0.probe == notice.probe
                    && disk.deviceName(of: $0) == notice.device ?? ""
            }
            let silence =
                notice.returnedAt == nil
                ? same.filter { $0.toldAt >= notice.toldAt }.min { $0.toldAt < $1.toldAt }
                : same.filter { $0.toldAt <= notice.toldAt }.max { $0.toldAt < $1.toldAt }
            guard let silence else { throw Violation("\(notice) is told of no silence") }
            let before = last.updateValue(notice, forKey: SilenceKey(silence))
            let isNext =
                notice.returnedAt == nil
                ? before?.number ?? 0 < notice.number : before?.number == notice.number
            guard before?.returnedAt == nil, isNext else {
                throw Violation("\(notice) is told after \(before.map { "\($0)" } ?? "nothing")")
            }
        }
        for (key, silence) in disk.silences {
            let returnedAt = silence.end?.reason == .returned ? silence.end?.at : nil
            guard let notice = last[key], notice.number == silence.notices,
                notice.returnedAt == returnedAt
            else { throw Violation("\(silence) is otherwise than was told last") }
        }
    }
}

extension Disk {
    func deviceName(of silence: Silence) -> String {
        silence.source.map { sources[Int($0.rawValue) - 1].device } ?? ""
    }
}
