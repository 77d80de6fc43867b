package import Bridge
package import ColdChain

/// Rows of `silences`.
extension Statement {
    /// Every column of the table, in the order that `silence()` takes them.
    static let silenceColumns = """
        order_number, bag, started_at, source, probe, since_at, heard_at, notices, told_at,
        ended_at, end_reason, cause
        """

    func bind(_ silence: Silence) {
        bindKey(of: silence)
        bind(7, silence.lastHeard?.milliseconds)
        bind(8, silence.notices)
        bind(9, silence.toldAt.milliseconds)
        bind(10, silence.end?.at.milliseconds)
        bind(11, silence.end.map { Int64($0.reason.rawValue) })
        bind(12, silence.cause.map { Int64($0.rawValue) })
    }

    func bindKey(of silence: Silence) {
        bind(1, Int64(silence.order.rawValue))
        bind(2, silence.bag)
        bind(3, silence.carriedSince.milliseconds)
        bind(4, silence.source.map { Int64($0.rawValue) } ?? Self.noSource)
        bind(5, silence.probe.map { Int64($0) } ?? Self.noProbe)
        bind(6, silence.since.milliseconds)
    }

    private static let noSource: Int64 = 0
    private static let noProbe: Int64 = -1

    func silence() throws(StoreError) -> Silence {
        let source = integer(3)
        let probe = integer(4)
        var silence = Silence(
            order: OrderNumber(number32(0)), bag: text(1), carriedSince: instant(2),
            source: source == Self.noSource ? nil : SourceNumber(number32(3)),
            probe: probe == Self.noProbe ? nil : UInt8(clamping: probe), since: instant(5),
            lastHeard: isNull(6) ? nil : instant(6), notices: integer(7), toldAt: instant(8),
            cause: isNull(11) ? nil : UInt8(exactly: integer(11)).flatMap(Silence.Cause.init))
        guard !isNull(9) else { return silence }
        guard let reason = UInt8(exactly: integer(10)).flatMap(Silence.Reason.init) else {
            throw StoreError(
                kind: .contradiction, message: "a silence ended for no known reason",
                statement: "silence")
        }
        silence.end = Silence.End(at: instant(9), reason: reason)
        return silence
    }
}

/// A silence with the name behind its source.
package struct LoggedSilence: Equatable, Sendable {
    package var silence: Silence
    /// Nil where the bag has no sensor that is known.
    package var device: String?
}

extension JournalReader {
    static let silencesOfOrder = """
        SELECT \(Statement.silenceColumns), sources.device
        FROM silences LEFT JOIN sources ON sources.number = silences.source
        WHERE order_number = ?1 ORDER BY since_at, bag, source, probe
        """

    /// The silences of an order's sensors, those that ended too, by their beginning.
    package func silences(of order: OrderNumber) throws(StoreError) -> [LoggedSilence] {
        let rows = try database.prepare(Self.silencesOfOrder)
        rows.bind(1, Int64(order.rawValue))
        var silences: [LoggedSilence] = []
        while try rows.step() {
            silences.append(
                LoggedSilence(silence: try rows.silence(), device: rows.optionalText(12)))
        }
        return silences
    }
}
