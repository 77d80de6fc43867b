package import ColdChain
package import JSONText

/// Messages of the flespi platform, which speaks the protocols of some thousand trackers.
///
///     {"ident":"605630","timestamp":1392272112.5,"position.latitude":57.98,
///      "position.longitude":56.2,"position.speed":0,"position.valid":true,
///      "refrigerator.sensor.temperature#1":4.1,"message.buffered.status":false,…}
///
/// One flat object, or an array of them; every member is optional. The device is `ident`. Speed is
/// in km/h, mileage in km, a time in seconds with a fraction. Names of which there are several end
/// in `.n` or `#n`. Probes:
///
///     0...19   sensor.temperature and sensor.humidity, n as told, 0 without an n
///     20...39  refrigerator.sensor.temperature, 20 + n
///     40...59  ble.sensor.temperature and ble.sensor.humidity, 40 + n
///
/// Some trackers put °F where the name says °C: `temperatureUnit` is what the profile knows of it.
///
/// Source: flespi's list of message parameters.
package enum Flespi {
    /// How many sensors of one name there are at most.
    private static let numbers: Range<Int64> = 0..<20

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        temperatureUnit: FieldUnit = .celsius, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let before = batch.samples.count
        if document.isArray(root) {
            var row = 0
            var next = document.firstChild(of: root)
            while let object = next {
                next = document.sibling(of: object, in: root)
                do throws(DecodingFailure) {
                    try decode(document, object, row: row, message, temperatureUnit, &batch)
                } catch {
                    batch.reject(row: row, error.reason)
                }
                row += 1
            }
        } else {
            try decode(document, root, row: 0, message, temperatureUnit, &batch)
        }
        if batch.samples.count == before, batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func decode(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        _ message: MessageContext, _ unit: FieldUnit, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(object) else {
            throw DecodingFailure(.notAnObject, detail: "row \(row)")
        }
        var draft = SampleDraft()
        if let told = document.member("timestamp", of: object), document.hasValue(told) {
            guard let instant = document.instant(epochSeconds: told) else {
                throw DecodingFailure(.invalidTime, detail: "timestamp is no time")
            }
            draft.setTime(instant, by: .device, message)
        }
        if let name = document.member("ident", of: object), document.isText(name),
            !document.text(name).isEmpty
        {
            draft.device = batch.keepName(document.text(name))
        }
        draft.sequence = document.wholeNumber(document.member("record.seqnum", of: object))
        if document.truth(document.member("message.buffered.status", of: object)) == true {
            draft.notes.insert(.buffered)
        }
        setPosition(&draft, document, object)
        let start = batch.measurements.count
        addVehicle(document, object, row: row, &batch)
        addSensors(document, object, row: row, unit, &batch)
        batch.close(draft, from: start)
    }

    private static func setPosition(
        _ draft: inout SampleDraft, _ document: borrowing JSONDocument, _ object: JSONDocument.Node
    ) {
        func number(_ name: StaticString) -> Double? {
            document.decimal(document.member(name, of: object))
        }
        let valid = document.truth(document.member("position.valid", of: object))
        if valid == false { draft.notes.insert(.noFix) }
        guard let latitude = number("position.latitude"),
            let longitude = number("position.longitude")
        else { return }
        let satellites = document.wholeNumber(document.member("position.satellites", of: object))
        draft.position = Position(
            checking: latitude, longitude,
            speed: number("position.speed").map(FieldUnit.kilometresPerHour.canonical),
            heading: number("position.direction"), altitude: number("position.altitude"),
            satellites: satellites.flatMap { Int(exactly: $0) })
        if draft.position == nil || (satellites == 0 && valid != true) {
            draft.notes.insert(.noFix)
        }
    }

    private static func addVehicle(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        _ batch: inout SampleBatch
    ) {
        let ignition = document.member("engine.ignition.status", of: object)
        batch.add(.ignition, truth: ignition, of: document, row: row)
        batch.add(
            .motion, truth: document.member("movement.status", of: object), of: document, row: row)
        let supply = document.member("external.powersource.voltage", of: object)
        batch.add(.supplyVoltage, number: supply, in: .volts, of: document, row: row)
        let battery = document.member("battery.voltage", of: object)
        batch.add(.batteryVoltage, number: battery, in: .volts, of: document, row: row)
        let charge = document.member("battery.level", of: object)
        batch.add(.battery, number: charge, in: .percent, of: document, row: row)
        let mileage = document.member("vehicle.mileage", of: object)
        batch.add(.odometer, number: mileage, in: .kilometres, of: document, row: row)
    }

    private static func addSensors(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        _ unit: FieldUnit, _ batch: inout SampleBatch
    ) {
        var next = document.firstChild(of: object)
        while let node = next {
            next = document.sibling(of: node, in: object)
            let name = document.name(of: node)
            guard let (quantity, base, suffix) = sensor(name), document.hasValue(node),
                let number = self.number(name.extracting(suffix))
            else { continue }
            guard numbers.contains(number) else {
                batch.reject(row: row, .outOfRange, field: quantity.name)
                continue
            }
            guard document.member(name, of: object) != nil else {
                batch.reject(row: row, .duplicateField, field: quantity.name)
                continue
            }
            let probe = base + Int(number)
            guard
                let value = batch.number(node, of: document, for: quantity, probe: probe, row: row)
            else { continue }
            if quantity == .temperature {
                batch.addTemperature(value, probe: probe, unit: unit)
            } else {
                batch.addPercent(quantity, probe: probe, value)
            }
        }
    }

    /// What a name measures, where its probes begin, and where in the name the number stands.
    private static func sensor(_ name: Span<UInt8>) -> (Quantity, Int, Range<Int>)? {
        guard !name.isEmpty else { return nil }
        switch name[0] {
        case UInt8(ascii: "s"):
            if let rest = name.range(behind: "sensor.temperature") {
                return (.temperature, 0, rest)
            }
            return name.range(behind: "sensor.humidity").map { (.humidity, 0, $0) }
        case UInt8(ascii: "r"):
            return name.range(behind: "refrigerator.sensor.temperature").map {
                (.temperature, 20, $0)
            }
        case UInt8(ascii: "b"):
            if let rest = name.range(behind: "ble.sensor.temperature") {
                return (.temperature, 40, rest)
            }
            return name.range(behind: "ble.sensor.humidity").map { (.humidity, 40, $0) }
        case UInt8(ascii: "h"):
            return name.range(behind: "humidity").map { (.humidity, 0, $0) }
        default:
            return nil
        }
    }

    /// 0 for nothing, n for `.n` and `#n`; nil for another name, such as that of an alarm.
    private static func number(_ suffix: Span<UInt8>) -> Int64? {
        guard !suffix.isEmpty else { return 0 }
        guard suffix[0] == UInt8(ascii: ".") || suffix[0] == UInt8(ascii: "#") else { return nil }
        return DecimalText.integer(suffix.extracting(1..<suffix.count))
    }
}
