internal import Bridge
internal import ColdChain

/// Keeps what is known of sources, orders, custody, excursions and alerts: small tables that change.
struct OrderBook {
    private let addSource: Statement
    private let putOrder: Statement
    private let putCustody: Statement
    private let putExcursion: Statement
    private let putDataGap: Statement
    private let putSilence: Statement
    private let chain: Chain
    let changes: ChangeLog
    private var places: PlaceBook
    private var alerts: AlertStore

    init(
        _ database: Database, chain: Chain, placeKeys: PlaceKeys
    ) throws(StoreError) {
        places = try PlaceBook(database, chain: chain, keys: placeKeys)
        self.chain = chain
        changes = try ChangeLog(database, chain: chain)
        alerts = try AlertStore(database, chain: chain)
        addSource = try database.prepare(
            """
            INSERT INTO sources(number, device, carrier_kind, carrier, profile)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        putOrder = try database.prepare(OrderBook.putOrderSQL)
        putCustody = try database.prepare(
            """
            INSERT INTO custody(order_number, bag, started_at, ended_at) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(order_number, bag, started_at) DO UPDATE SET ended_at = excluded.ended_at
            """)
        putExcursion = try database.prepare(OrderBook.putExcursionSQL)
        putDataGap = try database.prepare(
            """
            INSERT INTO data_gaps(\(Statement.dataGapColumns)) VALUES (?1, ?2, ?3, ?4, ?5)
            ON CONFLICT(order_number, source, from_us) DO UPDATE SET
                until_us = excluded.until_us, standing = excluded.standing
            """)
        putSilence = try database.prepare(
            """
            INSERT INTO silences(\(Statement.silenceColumns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT(order_number, bag, started_at, source, probe, since_at) DO UPDATE SET
                heard_at = excluded.heard_at, notices = excluded.notices,
                told_at = excluded.told_at, ended_at = excluded.ended_at,
                end_reason = excluded.end_reason, cause = excluded.cause
            """)
    }

    private static let putExcursionSQL = """
        INSERT INTO excursions(\(Statement.excursionColumns))
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
            ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)
        ON CONFLICT(number) DO UPDATE SET
            revision = excluded.revision, standing = excluded.standing, state = excluded.state,
            started_us = excluded.started_us, start_edge = excluded.start_edge,
            activated_us = excluded.activated_us, cause = excluded.cause,
            is_activation_assumed = excluded.is_activation_assumed,
            ended_us = excluded.ended_us, end_edge = excluded.end_edge,
            closed_us = excluded.closed_us, close_reason = excluded.close_reason,
            peak = excluded.peak, outside_us = excluded.outside_us,
            unknown_us = excluded.unknown_us,
            nano_degree_seconds = excluded.nano_degree_seconds
        WHERE order_number = excluded.order_number AND source = excluded.source
        """

    private static let putOrderSQL = """
        INSERT INTO orders(number, id, food_class, status, customer, driver, vehicle, restaurant,
            cafe, promised_at, pickup_latitude, pickup_longitude, created_at, picked_up_at,
            delivered_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT(number) DO UPDATE SET
            id = excluded.id, food_class = excluded.food_class, status = excluded.status,
            customer = excluded.customer, driver = excluded.driver, vehicle = excluded.vehicle,
            restaurant = excluded.restaurant, cafe = excluded.cafe,
            promised_at = excluded.promised_at, pickup_latitude = excluded.pickup_latitude,
            pickup_longitude = excluded.pickup_longitude, created_at = excluded.created_at,
            picked_up_at = excluded.picked_up_at, delivered_at = excluded.delivered_at,
            updated_at = excluded.updated_at
        """

    func add(_ source: Source) throws(StoreError) {
        addSource.bind(1, Int64(source.number.rawValue))
        addSource.bind(2, source.device)
        addSource.bind(3, source.carrier.kind.rawValue)
        addSource.bind(4, source.carrier.name)
        addSource.bind(5, source.profile)
        try addSource.run()
        try chain.begin(.source)
        chain.payload.append(Int64(source.number.rawValue))
        chain.payload.append(text: source.device)
        chain.payload.append(source.carrier.kind.rawValue)
        chain.payload.append(text: source.carrier.name)
        chain.payload.append(text: source.profile)
        try chain.end(.source, row: Int64(source.number.rawValue))
    }

    mutating func put(_ order: Order) throws(StoreError) {
        putOrder.bind(1, Int64(order.number.rawValue))
        putOrder.bind(2, order.id)
        putOrder.bind(3, Int64(order.foodClass.rawValue))
        putOrder.bind(4, Int64(order.status.rawValue))
        putOrder.bind(5, order.customer)
        putOrder.bind(6, order.driver)
        putOrder.bind(7, order.vehicle)
        putOrder.bind(8, order.restaurant)
        putOrder.bind(9, order.cafe)
        putOrder.bind(10, order.promisedAt?.milliseconds)
        putOrder.bind(11, order.pickup?.latitude)
        putOrder.bind(12, order.pickup?.longitude)
        putOrder.bind(13, order.createdAt.milliseconds)
        putOrder.bind(14, order.pickedUpAt?.milliseconds)
        putOrder.bind(15, order.deliveredAt?.milliseconds)
        putOrder.bind(16, order.updatedAt.milliseconds)
        try putOrder.run()
        try changes.record(.order) { $0.bind(1, Int64(order.number.rawValue)) }
        // One that could not be read is not forgotten: only another is recorded over it.
        if let delivery = order.delivery { try places.put(delivery, of: order.number) }
    }

    func place(of order: OrderNumber) throws(StoreError) -> DeliveryPlace {
        try places.place(of: order)
    }

    mutating func put(_ custody: Custody) throws(StoreError) {
        putCustody.bind(1, Int64(custody.order.rawValue))
        putCustody.bind(2, custody.bag)
        putCustody.bind(3, custody.from.milliseconds)
        putCustody.bind(4, custody.until?.milliseconds)
        try putCustody.run()
        try changes.record(.custody) { row in
            row.bind(1, Int64(custody.order.rawValue))
            row.bind(2, custody.bag)
            row.bind(3, custody.from.milliseconds)
        }
    }

    mutating func put(_ excursion: Excursion) throws(StoreError) {
        putExcursion.bind(excursion)
        guard try putExcursion.runCounting() == 1 else {
            throw StoreError(
                kind: .contradiction,
                message: "excursion \(excursion.number) is in the log for another order or source",
                statement: "put excursion")
        }
        try changes.record(.excursion) { $0.bind(1, excursion.number) }
    }

    mutating func put(_ gap: DataGap) throws(StoreError) {
        putDataGap.bind(1, Int64(gap.order.rawValue))
        putDataGap.bind(2, Int64(gap.source.rawValue))
        putDataGap.bind(3, gap.loss.from.microseconds)
        putDataGap.bind(4, gap.loss.until?.microseconds)
        putDataGap.bind(5, gap.isRecovered ? 2 : 1)
        try putDataGap.run()
        try changes.record(.dataGap) {
            $0.bind(1, Int64(gap.order.rawValue))
            $0.bind(2, Int64(gap.source.rawValue))
            $0.bind(3, gap.loss.from.microseconds)
        }
    }

    mutating func put(_ silence: Silence) throws(StoreError) {
        putSilence.bind(silence)
        try putSilence.run()
        try changes.record(.silence) { $0.bindKey(of: silence) }
    }

    mutating func record(_ record: AlertRecord) throws(StoreError) {
        try alerts.record(record)
        try changes.record(.alert) { $0.bind(1, record.alert.number) }
    }
}
