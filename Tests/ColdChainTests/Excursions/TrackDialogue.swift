import ColdChain

/// A dialogue with a track: what it is told, and what it says to that, in words.
struct TrackDialogue {
    enum Step: Sendable {
        /// A reading: seconds and °C; time comes as far.
        case read(Int64, Double)
        /// Readings that came together.
        case batch([(Int64, Double)])
        /// A correction of what was read at an instant; nil withdraws it.
        case correct(Int64, Double?, version: UInt16)
        case advance(Int64)
        case deliver(Int64)
        case giveUp(Int64)
    }

    private(set) var track: ExcursionTrack
    private(set) var said: [String] = []
    private var now: Int64 = 0

    init(
        limit: CriticalLimit = CriticalLimit(maximum: 5), from: Int64 = 0, until: Int64? = nil,
        settings: ExcursionSettings = ExcursionSettings()
    ) {
        var effects: [ExcursionEffect] = []
        track = ExcursionTrack(
            window: TransitWindow(from: instant(from), until: until.map(instant)), limit: limit,
            settings: settings, now: instant(0), into: &effects)
    }

    mutating func take(_ steps: [Step]) {
        for step in steps { take(step) }
    }

    mutating func take(_ step: Step) {
        var effects: [ExcursionEffect] = []
        switch step {
        case .read(let seconds, let celsius):
            now = max(now, seconds)
            if let point = TemperaturePoint(celsius: celsius, measuredAt: instant(seconds)) {
                track.take(point, now: instant(now), into: &effects)
            }
        case .batch(let readings):
            now = max(now, readings.map(\.0).max() ?? now)
            let points = readings.compactMap {
                TemperaturePoint(celsius: $0.1, measuredAt: instant($0.0))
            }
            track.take(points, now: instant(now), into: &effects)
        case .correct(let seconds, let celsius, let version):
            let at = instant(seconds)
            let point =
                celsius.map { TemperaturePoint(celsius: $0, measuredAt: at, version: version) }
                ?? TemperaturePoint(withdrawnAt: at, version: version)
            if let point { track.take(point, now: instant(now), into: &effects) }
        case .advance(let seconds):
            now = max(now, seconds)
            track.advance(to: instant(now), into: &effects)
        case .deliver(let seconds):
            now = max(now, seconds)
            track.change(
                window: TransitWindow(
                    from: track.window.from.timestamp, until: instant(seconds)),
                now: instant(now), into: &effects)
        case .giveUp(let seconds):
            now = max(now, seconds)
            track.giveUpSensor(at: instant(seconds), now: instant(now), into: &effects)
        }
        said += effects.map { Self.words($0) }
    }

    static func seconds(_ moment: TraceTime?) -> String {
        moment.map { "\($0.microseconds / 1_000_000)" } ?? "…"
    }

    static func words(_ effect: ExcursionEffect) -> String {
        switch effect {
        case .told(let told, let news):
            "\(news) #\(told.ordinal).\(told.revision) \(words(told.excursion))"
        case .corrected(let correction):
            "corrected #\(correction.ordinal).\(correction.revision)"
                + (correction.now.map { " now \(words($0))" } ?? "")
                + (correction.joined.map { " joined #\($0)" } ?? "")
        case .dataLost(let loss):
            "lost \(seconds(loss.from))" + (loss.until.map { "–\(seconds($0))" } ?? "")
        case .dataReturned(let loss): "returned \(seconds(loss.from))–\(seconds(loss.until))"
        case .dataRecovered(let loss): "recovered \(seconds(loss.from))"
        case .needsLog(let from): "needs log \(from.milliseconds / 1_000)"
        }
    }

    static func words(_ excursion: JudgedExcursion) -> String {
        var text = "\(seconds(excursion.startedAt))–\(seconds(excursion.closedAt))"
        if let activatedAt = excursion.activatedAt { text += " alarm \(seconds(activatedAt))" }
        text += " peak \(excursion.peak)"
        return excursion.closeReason.map { "\(text) \($0.name)" } ?? text
    }
}
