internal import Bridge
internal import ColdChain

/// How rows of the log become values again. `first` is the first of the row's columns, which stand
/// in the order of the lists here.
extension Statement {
    static let orderColumns = """
        orders.number, orders.id, food_class, status, customer, driver, vehicle, restaurant, cafe,
        promised_at, pickup_latitude, pickup_longitude, created_at, picked_up_at, delivered_at,
        updated_at
        """

    /// Without where it goes to, which is sealed.
    func order() throws(StoreError) -> Order {
        Order(
            number: OrderNumber(number32(0)), id: text(1),
            foodClass: try known(FoodClass(rawValue: small(2)), 2, "orders.food_class"),
            status: try known(OrderStatus(rawValue: small(3)), 3, "orders.status"),
            customer: optionalText(4), driver: optionalText(5), vehicle: optionalText(6),
            restaurant: optionalText(7), cafe: optionalText(8), promisedAt: optionalInstant(9),
            pickup: place(10), createdAt: instant(12), pickedUpAt: optionalInstant(13),
            deliveredAt: optionalInstant(14), updatedAt: instant(15))
    }

    static let custodyColumns = "custody.bag, custody.order_number, started_at, ended_at"

    func custody() -> Custody {
        Custody(
            bag: text(0), order: OrderNumber(number32(1)), from: instant(2),
            until: optionalInstant(3))
    }

    static let deliveryColumns =
        "number, endpoint, event, body, created_at, attempts, next_attempt_at"

    func delivery() -> DeliveryRecord {
        DeliveryRecord(
            number: number(0), endpoint: text(1), event: number(2), body: bytes(3),
            createdAt: instant(4), attempts: Int(integer(5)), nextAttemptAt: instant(6))
    }

    static let sourceColumns =
        "sources.number, sources.device, sources.carrier_kind, sources.carrier, sources.profile"

    func source(_ first: Int32 = 0) throws(StoreError) -> Source {
        let name = text(first + 3)
        let carrier: Carrier =
            switch try known(
                CarrierKind(rawValue: integer(first + 2)), first + 2, "sources.carrier_kind")
            {
            case .bag: .bag(name)
            case .vehicle: .vehicle(name)
            }
        return Source(
            number: SourceNumber(number32(first)), device: text(first + 1), carrier: carrier,
            profile: text(first + 4))
    }

    /// Of a reading `r` with what `Schema.judgement` joins.
    static let readingColumns = """
        r.id, r.measured_at, r.source, r.quantity, r.probe, r.value,
        \(Schema.judgement.flags), r.time_source, r.received_at, r.sequence,
        r.order_number, r.marker, r.notes, r.message, \(Schema.judgement.reasons),
        coalesce(v.quality_version, r.quality_version), r.corrected, r.calibration
        """
    static let readingColumnCount: Int32 = 18

    func reading() throws(StoreError) -> Reading {
        Reading(
            source: SourceNumber(number32(2)),
            measurement: try measurement(), correction: correction(),
            measuredAt: instant(1),
            timeSource: try known(TimeSource(rawValue: small(7)), 7, "readings.time_source"),
            receivedAt: instant(8), sequence: optionalInteger(9),
            quality: QualityFlags(packed: number(6)), reasons: number(14),
            qualityVersion: optionalInteger(15).map { UInt32(truncatingIfNeeded: $0) },
            notes: notes(12), message: message(13),
            order: optionalInteger(10).map { OrderNumber(UInt32(truncatingIfNeeded: $0)) })
    }

    private func measurement() throws(StoreError) -> Measurement {
        let quantity = try known(Quantity(rawValue: small(3)), 3, "readings.quantity")
        guard !isNull(11) else {
            return Measurement(
                quantity: quantity, probe: small(4), value: optionalDouble(5) ?? .nan)
        }
        return Measurement(
            quantity: quantity, probe: small(4),
            marker: try known(Marker(rawValue: small(11)), 11, "readings.marker"))
    }

    private func correction() -> Correction? {
        guard let value = optionalDouble(16), !isNull(17) else { return nil }
        return Correction(calibration: CalibrationNumber(number32(17)), value: value)
    }

    private func notes(_ column: Int32) -> ReadingNotes {
        ReadingNotes(rawValue: UInt16(truncatingIfNeeded: integer(column)))
    }

    private func message(_ column: Int32) -> MessageNumber? {
        isNull(column) ? nil : MessageNumber(number(column))
    }

    static let fixColumns = """
        r.id, r.measured_at, r.source, r.latitude, r.longitude, r.speed, r.heading, r.accuracy,
        r.test_flags, r.time_source, r.received_at, r.sequence, r.altitude, r.satellites, r.notes,
        r.message, r.reasons, r.quality_version
        """
    static let fixColumnCount: Int32 = 18

    func fix() throws(StoreError) -> Fix {
        Fix(
            source: SourceNumber(number32(2)),
            position: Position(
                latitude: optionalDouble(3) ?? .nan, longitude: optionalDouble(4) ?? .nan,
                speed: optionalDouble(5), heading: optionalDouble(6), accuracy: optionalDouble(7),
                altitude: optionalDouble(12), satellites: isNull(13) ? nil : small(13)),
            measuredAt: instant(1),
            timeSource: try known(TimeSource(rawValue: small(9)), 9, "fixes.time_source"),
            receivedAt: instant(10), sequence: optionalInteger(11),
            quality: QualityFlags(packed: number(8)), reasons: number(16),
            qualityVersion: optionalInteger(17).map { UInt32(truncatingIfNeeded: $0) },
            notes: notes(14), message: message(15))
    }

    static let deviceColumns = """
        d.id, d.profile, d.carrier_kind, d.carrier, d.site, d.installed_at,
        d.expected_interval_seconds, d.registered_at, d.is_automatic, d.first_seen
        """

    func device() throws(StoreError) -> RegisteredDevice {
        let kind = try known(CarrierKind(rawValue: integer(2)), 2, "devices.carrier_kind")
        return RegisteredDevice(
            id: text(0), profile: optionalText(1), kind: kind == .bag ? .bag : .vehicle,
            carrier: optionalText(3), site: optionalText(4), installedAt: optionalInstant(5),
            expectedIntervalSeconds: optionalInteger(6).map { Int($0) }, registeredAt: instant(7),
            isAutomatic: integer(8) != 0, firstSeen: optionalInstant(9))
    }

    static let unknownFrameColumns =
        "topic, count, first_seen, last_seen, sample, sample_length, reason, guess, device"

    func unknownFrame() -> UnknownFrame {
        UnknownFrame(
            topic: bytes(0), count: number(1), firstSeen: instant(2), lastSeen: instant(3),
            sample: bytes(4), sampleLength: Int(integer(5)), reason: text(6),
            guess: optionalText(7), device: optionalText(8))
    }

    func instant(_ column: Int32) -> Timestamp {
        Timestamp(milliseconds: integer(column))
    }

    func optionalInstant(_ column: Int32) -> Timestamp? {
        optionalInteger(column).map(Timestamp.init(milliseconds:))
    }

    func number32(_ column: Int32) -> UInt32 {
        UInt32(truncatingIfNeeded: integer(column))
    }

    private func place(_ column: Int32) -> Place? {
        guard let latitude = optionalDouble(column), let longitude = optionalDouble(column + 1)
        else { return nil }
        return Place(latitude: latitude, longitude: longitude)
    }

    /// A small number of the vocabulary; one beyond it is answered as 0, which means nothing there.
    func small(_ column: Int32) -> UInt8 {
        UInt8(exactly: integer(column)) ?? 0
    }

    func known<Value>(
        _ value: Value?, _ column: Int32, _ name: String
    ) throws(StoreError) -> Value {
        guard let value else {
            throw StoreError(
                kind: .corrupt, message: "\(integer(column)) has no meaning in \(name)",
                statement: name)
        }
        return value
    }
}
