package import ColdChain
package import JSONText
import Wire

/// The state of Zigbee devices, as Zigbee2MQTT publishes it on `zigbee2mqtt/<friendly name>`.
///
///     {"temperature":4.21,"humidity":61.5,"pressure":1013,"battery":88,"voltage":2995,
///      "contact":true,"linkquality":120,"last_seen":"2026-11-20T12:00:00.000Z"}
///
/// - The device's name is its friendly name as it stands in the topic: everything behind the level
///   `zigbee2mqtt`, or behind the first level where none is called so. It may hold slashes.
/// - `temperature` is probe 0. `temperature_3` and `temperature_l3`, the endpoint 3 of a device
///   with several, is probe 3, and `temperature_probe` and `temperature_external` are probe 1: a
///   number that does not depend on what else the message holds. Humidity is numbered likewise.
/// - `null` is what Zigbee2MQTT does not know yet.
/// - The time is that of `last_seen`, which Zigbee2MQTT's own clock tells and which is published
///   only where it is switched on. Without it an old state that is published again, as at a restart
///   of Zigbee2MQTT, cannot be told from a new one.
/// - `voltage` is the battery's in mV, and that of the mains in V: it is read where the message has
///   a battery, or where it cannot be volts.
/// - With `output: attribute`, each value is a message of its own on `…/<name>/temperature`.
///
/// Source: the project's documentation of its topics and messages.
package enum Zigbee2MQTT {
    /// Whether messages on a topic tell nothing for the log: the bridge's own, whether a device is
    /// reachable (`online` as bare text, or JSON), and what others ask of a device.
    package static func isStatus(topic: Span<UInt8>) -> Bool {
        let name = topic.extracting(friendlyName(in: topic))
        if name.isEmpty || name.isEqual(to: "bridge") || name.begins(with: "bridge/") {
            return true
        }
        let start = name.startOfLastLevel
        let last = name.extracting(start..<name.count)
        return start > 0
            && (last.isEqual(to: "availability") || last.isEqual(to: "set")
                || last.isEqual(to: "get"))
            || asks(name)
    }

    /// `…/set/<attribute>` and `…/get/<attribute>`.
    private static func asks(_ name: Span<UInt8>) -> Bool {
        let end = name.startOfLastLevel
        guard end > 1 else { return false }
        let start = name.extracting(0..<end - 1).startOfLastLevel
        let level = name.extracting(start..<end - 1)
        return start > 0 && (level.isEqual(to: "set") || level.isEqual(to: "get"))
    }

    /// Where in the topic the friendly name stands; empty where there is none.
    static func friendlyName(in topic: Span<UInt8>) -> Range<Int> {
        var start = 0
        while start < topic.count {
            let end = topic.endOfLevel(from: start)
            if topic.extracting(start..<end).isEqual(to: "zigbee2mqtt"), end < topic.count {
                return end + 1..<topic.count
            }
            start = end + 1
        }
        return min(topic.endOfLevel(from: 0) + 1, topic.count)..<topic.count
    }

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard !isStatus(topic: topic) else {
            batch.isStatus = true
            return
        }
        let name = friendlyName(in: topic)
        guard document.isObject(root) else {
            return try decodeAttribute(document, root, topic, name, message, into: &batch)
        }
        var draft = SampleDraft()
        draft.device = try batch.keepDeviceName(topic.extracting(name))
        let lastSeen = document.reportedTime(document.member("last_seen", of: root))
        if !draft.setTime(lastSeen, by: .gateway, message) {
            batch.reject(row: 0, .invalidTime, field: "last_seen")
        }
        let start = batch.measurements.count
        let battery = document.member("battery", of: root)
        var child = document.firstChild(of: root)
        while let node = child {
            if let property = Property(document.name(of: node)) {
                guard !batch.has(property.quantity, probe: property.probe, from: start) else {
                    throw DecodingFailure(
                        .duplicateField, detail: "'\(property.quantity.name)' occurs twice")
                }
                batch.add(
                    property.quantity, probe: property.probe,
                    property.reading(document, node, hasBattery: battery != nil))
            }
            child = document.sibling(of: node, in: root)
        }
        markExternalPower(from: start, &batch)
        if !batch.close(draft, from: start) { batch.isStatus = batch.rejections.isEmpty }
    }

    /// One value on a topic of its own, whose last level names it.
    private static func decodeAttribute(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ name: Range<Int>, _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let last = topic.startOfLastLevel
        guard last > name.lowerBound, !document.isArray(root) else {
            throw DecodingFailure(.notAnObject, detail: "the state of a device is an object")
        }
        guard let property = Property(topic.extracting(last..<topic.count)) else {
            batch.isStatus = true
            return
        }
        var draft = SampleDraft()
        draft.device = try batch.keepDeviceName(topic.extracting(name.lowerBound..<last - 1))
        let start = batch.measurements.count
        batch.add(
            property.quantity, probe: property.probe,
            property.reading(document, root, hasBattery: false))
        if !batch.close(draft, from: start) { batch.isStatus = batch.rejections.isEmpty }
    }

    /// A device that sends while its battery is empty and without a volt has no battery in it.
    private static func markExternalPower(from start: Int, _ batch: inout SampleBatch) {
        var isEmpty = false
        var isDead = false
        for measurement in batch.measurements[start...] {
            if measurement.quantity == .battery, measurement.value == 0 { isEmpty = true }
            if measurement.quantity == .batteryVoltage, measurement.value < 1 { isDead = true }
        }
        guard isEmpty, isDead else { return }
        for index in start..<batch.measurements.count {
            let quantity = batch.measurements[index].quantity
            guard quantity == .battery || quantity == .batteryVoltage else { continue }
            batch.measurements[index] = Measurement(quantity: quantity, marker: .externalPower)
        }
    }
}

extension Zigbee2MQTT {
    /// A member of a state that is for the log.
    struct Property: Equatable {
        var quantity: Quantity
        var probe = 0

        init(_ quantity: Quantity, probe: Int) {
            self.quantity = quantity
            self.probe = probe
        }

        init?(_ name: Span<UInt8>) {
            if name.isEqual(to: "battery") {
                quantity = .battery
            } else if name.isEqual(to: "voltage") {
                quantity = .batteryVoltage
            } else if name.isEqual(to: "pressure") {
                quantity = .pressure
            } else if name.isEqual(to: "co2") {
                quantity = .carbonDioxide
            } else if name.isEqual(to: "pm25") {
                quantity = .particulates
            } else if name.isEqual(to: "contact") {
                quantity = .opening
            } else if name.isEqual(to: "vibration") {
                quantity = .motion
            } else if name.begins(with: "temperature") {
                quantity = .temperature
                guard let probe = Self.probe(name.extracting(11..<name.count)) else { return nil }
                self.probe = probe
            } else if name.begins(with: "humidity") {
                quantity = .humidity
                guard let probe = Self.probe(name.extracting(8..<name.count)) else { return nil }
                self.probe = probe
            } else {
                return nil
            }
        }

        /// What is behind the quantity: nothing, `_2`, `_l2`, `_probe` or `_external`. Nil for
        /// anything else, such as `temperature_unit` and `temperature_calibration`.
        private static func probe(_ suffix: Span<UInt8>) -> Int? {
            if suffix.isEmpty { return 0 }
            if suffix.isEqual(to: "_probe") || suffix.isEqual(to: "_external") { return 1 }
            let prefix = suffix.begins(with: "_l") ? 2 : 1
            guard suffix.begins(with: "_"), suffix.count > prefix,
                let number = suffix.extracting(prefix..<suffix.count).decimalNumber,
                number <= UInt8.max
            else { return nil }
            return number
        }

        func reading(
            _ document: borrowing JSONDocument, _ node: JSONDocument.Node, hasBattery: Bool
        ) -> ReportedValue {
            if quantity == .opening || quantity == .motion {
                return truth(document, node)
            }
            let reported = document.reported(node)
            guard case .value(let value) = reported else { return reported }
            switch quantity {
            case .temperature: return Zigbee2MQTT.temperature(value)
            case .humidity: return Zigbee2MQTT.percentage(value, unknown: 655.35)
            case .battery: return Zigbee2MQTT.battery(value)
            case .batteryVoltage: return Zigbee2MQTT.voltage(value, hasBattery: hasBattery)
            case .pressure: return reported.converted(from: .hectopascals)
            default: return reported
            }
        }

        private func truth(
            _ document: borrowing JSONDocument, _ node: JSONDocument.Node
        ) -> ReportedValue {
            switch document[node] {
            case .null: .marker(.notAvailable)
            // A contact that is made is a closed lid.
            case .bool(let isSo): .value(isSo == (quantity == .motion) ? 1 : 0)
            default: .marker(.notANumber)
            }
        }
    }

    /// Zigbee's hundredths are 16 bits with a sign: −327.68 is its "unknown", and what is beyond
    /// 327 is a negative temperature that was read without one, or an overflow below −20 °C.
    static func temperature(_ value: Double) -> ReportedValue {
        if value == -100 || value == -327.68 { return .marker(.notAvailable) }
        if value > 327 { return .marker(.overRange) }
        if value < -273.15 { return .marker(.underRange) }
        return .value(value)
    }

    private static func battery(_ value: Double) -> ReportedValue {
        // 255 is Zigbee's "unknown" in half percents; some converters forget to halve it.
        value == 127.5 ? .marker(.notAvailable) : percentage(value, unknown: 255)
    }

    private static func percentage(_ value: Double, unknown: Double) -> ReportedValue {
        if value == unknown { return .marker(.notAvailable) }
        // Sensors in saturated air show a little more than 100 %.
        if value > 110 { return .marker(.overRange) }
        return value < 0 ? .marker(.underRange) : .value(value)
    }

    private static func voltage(_ value: Double, hasBattery: Bool) -> ReportedValue {
        // 255 steps of 100 mV, and 16 bits without a value.
        if value == 25_500 || value == 65_535 { return .marker(.notAvailable) }
        guard hasBattery || value >= 1000 else { return .absent }
        return .value(FieldUnit.millivolts.canonical(value))
    }
}
