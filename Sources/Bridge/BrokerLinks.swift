package import ColdChain

/// When each broker could not bring what sensors say.
struct BrokerLinks: Sendable {
    private enum Link: Sendable {
        /// Nothing was said of it: it excuses no silence.
        case unknown
        case away
        case connected(since: Timestamp)
    }

    /// Why a sensor's silence says nothing of the sensor.
    struct Excuse: Sendable {
        /// The brokers' indices.
        var brokers: [Int]
        /// When the sensor has had its whole patience since the brokers are back; nil while one is
        /// away.
        var until: Timestamp?
    }

    /// By the index in `BridgeSettings.brokers`.
    private var links: [Link]

    init(brokers: Int) {
        links = Array(repeating: .unknown, count: brokers)
    }

    func isAway(_ broker: Int) -> Bool {
        if case .away = links[broker] { true } else { false }
    }

    /// - Returns: Whether it was otherwise before.
    mutating func note(_ broker: Int, isConnected: Bool, at now: Timestamp) -> Bool {
        switch (links[broker], isConnected) {
        case (.connected, true), (.away, false): return false
        case (_, true): links[broker] = .connected(since: now)
        case (_, false): links[broker] = .away
        }
        return true
    }

    /// Whether a silence may be the broker's and not the sensor's: the broker is away, or the sensor
    /// was not heard since it is back and has not had its whole patience since then.
    ///
    /// - Parameters:
    ///   - broker: The one that the sensor was last heard by; nil where that is not known.
    ///   - heard: When it was.
    ///   - patience: How long a sensor may say nothing, in milliseconds.
    func excuse(
        _ broker: UInt16?, since heard: Timestamp, at now: Timestamp, patience: Int64
    ) -> Excuse? {
        let candidates = broker.map { Int($0)..<Int($0) + 1 } ?? links.indices
        var excuse = Excuse(brokers: [])
        var isAnyAway = false
        for index in candidates.clamped(to: links.indices) {
            switch links[index] {
            case .unknown: continue
            case .away:
                isAnyAway = true
                excuse.brokers.append(index)
            case .connected(let since):
                let until = since.advanced(byMilliseconds: patience)
                guard since > heard, now < until else { continue }
                excuse.until = max(excuse.until ?? until, until)
                excuse.brokers.append(index)
            }
        }
        if isAnyAway { excuse.until = nil }
        return excuse.brokers.isEmpty ? nil : excuse
    }
}

extension Bridge {
    /// The connection to a broker is there, or is not. While it is not, nothing that sensors say can
    /// be heard, and their silence says nothing of them.
    ///
    /// A bridge that was made anew has to be told of every broker: before, none is an excuse.
    package mutating func noteBroker(
        _ name: String, isConnected: Bool, at now: Timestamp, effects: inout Effects
    ) {
        guard let broker = settings.brokers.firstIndex(of: name),
            links.note(broker, isConnected: isConnected, at: now)
        else { return }
        if isConnected {
            follow(broker: broker, isNew: false, at: now, &effects)
            // What was excused is due when its patience is over.
            silences.lookAtAll()
        }
    }

    /// Raises the one alert of a broker, for all the sensors that could not be heard, or takes over
    /// into it that the broker is back.
    mutating func follow(
        broker: Int, isNew: Bool, at now: Timestamp, _ effects: inout Effects
    ) {
        let subject = AlertSubject(order: nil, bag: "", device: settings.brokers[broker])
        follow(
            .brokerUnreachable, subject, isStanding: links.isAway(broker), isNew: isNew,
            evidence: nil, at: now, &effects)
    }
}
