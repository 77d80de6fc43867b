internal import Bridge
internal import ColdChain

/// Excursions and gaps in the data, as the store's columns hold them.
extension Statement {
    /// Every column of the table, in the order that `excursion()` and `bind(_:)` take them.
    static let excursionColumns = """
        number, order_number, source, food_class, limit_minimum, limit_maximum, limit_profile,
        grace_us, critical_margin, critical_grace_us, hysteresis, clear_delay_us, maximum_gap_us,
        revision, standing, state, started_us, start_edge, activated_us, cause,
        is_activation_assumed, ended_us, end_edge, closed_us, close_reason, peak, outside_us,
        unknown_us, nano_degree_seconds
        """

    func excursion() throws(StoreError) -> Excursion {
        Excursion(
            number: number(0), revision: number32(13), order: OrderNumber(number32(1)),
            source: SourceNumber(number32(2)),
            foodClass: try known(FoodClass(rawValue: small(3)), 3, "excursions.food_class"),
            limit: CriticalLimit(minimum: optionalDouble(4), maximum: optionalDouble(5)),
            limitProfile: text(6), settings: excursionSettings(), judged: try judgedExcursion(),
            standing: try known(
                Excursion.Standing(rawValue: small(14)), 14, "excursions.standing"))
    }

    private func excursionSettings() -> ExcursionSettings {
        var settings = ExcursionSettings()
        settings.grace = integer(7)
        settings.criticalMargin = optionalDouble(8) ?? 0
        settings.criticalGrace = integer(9)
        settings.hysteresis = optionalDouble(10) ?? 0
        settings.clearDelay = integer(11)
        settings.maximumGap = integer(12)
        return settings
    }

    private func judgedExcursion() throws(StoreError) -> JudgedExcursion {
        JudgedExcursion(
            state: try known(
                JudgedExcursion.State(rawValue: small(15)), 15, "excursions.state"),
            startedAt: TraceTime(storedMicroseconds: integer(16)),
            startEdge: try known(
                JudgedExcursion.Edge(rawValue: small(17)), 17, "excursions.start_edge"),
            activatedAt: optionalMoment(18),
            cause: isNull(19) ? nil : JudgedExcursion.Cause(rawValue: small(19)),
            isActivationAssumed: integer(20) != 0, endedAt: optionalMoment(21),
            endEdge: isNull(22) ? nil : JudgedExcursion.Edge(rawValue: small(22)),
            closedAt: optionalMoment(23),
            closeReason: isNull(24) ? nil : JudgedExcursion.CloseReason(rawValue: small(24)),
            peak: optionalDouble(25) ?? .nan, outside: integer(26), unknown: integer(27),
            nanoDegreeSeconds: integer(28))
    }

    func bind(_ excursion: Excursion) {
        bind(1, excursion.number)
        bind(2, Int64(excursion.order.rawValue))
        bind(3, Int64(excursion.source.rawValue))
        bind(4, Int64(excursion.foodClass.rawValue))
        bind(5, excursion.limit.minimum)
        bind(6, excursion.limit.maximum)
        bind(7, excursion.limitProfile)
        let settings = excursion.settings
        bind(8, settings.grace)
        bind(9, settings.criticalMargin)
        bind(10, settings.criticalGrace)
        bind(11, settings.hysteresis)
        bind(12, settings.clearDelay)
        bind(13, settings.maximumGap)
        bind(14, Int64(excursion.revision))
        bind(15, Int64(excursion.standing.rawValue))
        bind(excursion.judged)
    }

    private func bind(_ judged: JudgedExcursion) {
        bind(16, Int64(judged.state.rawValue))
        bind(17, judged.startedAt.microseconds)
        bind(18, Int64(judged.startEdge.rawValue))
        bind(19, judged.activatedAt?.microseconds)
        bind(20, judged.cause.map { Int64($0.rawValue) })
        bind(21, judged.isActivationAssumed ? 1 : 0)
        bind(22, judged.endedAt?.microseconds)
        bind(23, judged.endEdge.map { Int64($0.rawValue) })
        bind(24, judged.closedAt?.microseconds)
        bind(25, judged.closeReason.map { Int64($0.rawValue) })
        bind(26, judged.peak)
        bind(27, judged.outside)
        bind(28, judged.unknown)
        bind(29, judged.nanoDegreeSeconds)
    }

    /// Every column of the table, in the order that `dataGap()` takes them.
    static let dataGapColumns = "order_number, source, from_us, until_us, standing"

    func dataGap() throws(StoreError) -> DataGap {
        DataGap(
            order: OrderNumber(number32(0)), source: SourceNumber(number32(1)),
            loss: DataLoss(
                from: TraceTime(storedMicroseconds: integer(2)), until: optionalMoment(3)),
            isRecovered: integer(4) != 1)
    }

    private func optionalMoment(_ column: Int32) -> TraceTime? {
        isNull(column) ? nil : TraceTime(storedMicroseconds: integer(column))
    }
}
