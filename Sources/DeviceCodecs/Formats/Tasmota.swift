package import ColdChain
package import JSONText
import Wire

/// The sensors of a device with Tasmota firmware, as published on `tele/<topic>/SENSOR`.
///
///     {"Time":"2026-11-20T12:00:00","DS18B20-1":{"Id":"030597946B04","Temperature":4.2},
///      "AM2301":{"Temperature":21.5,"Humidity":48.0},"TempUnit":"C"}
///
/// - The device's name is its topic: the levels without the prefix `tele` or `stat` and without
///   the last one, as both stand wherever the device's FullTopic puts them.
/// - Probes are numbered by position, for each quantity by itself; `DS18B20-3` is the third one of
///   the one-wire probes also where the second is missing. Tasmota sorts one-wire probes by their
///   `Id`, so that their numbers change when one is added or taken away: a number means the same
///   probe only as long as the same probes are connected.
/// - What Tasmota hears by Bluetooth (`LYWSD03-52680f`) and Zigbee (`ZbReceived`) comes from devices
///   of their own: each has a sample, under its `mac` or `Name` where told, else under its key.
/// - `Time` is local time without a zone, unless SetOption52 or Time 2…4 are set: it is used only
///   where the profile says how far the device's clock is ahead of UTC.
/// - The temperature of the chip (`ESP32`) is not that of any air, and not read; nor is the cold
///   junction of a thermocouple.
///
/// Source: the project's documentation of its MQTT messages and its sensors.
package enum Tasmota {
    /// Whether messages on a topic tell nothing for the log, and may be no JSON: whether the device
    /// is connected, its own state, and what others order.
    package static func isStatus(topic: Span<UInt8>) -> Bool {
        let last = topic.extracting(topic.startOfLastLevel..<topic.count)
        if last.isEqual(to: "LWT") || last.isEqual(to: "STATE") || last.begins(with: "INFO")
            || last.begins(with: "POWER") || last.isEqual(to: "RESULT")
            || last.isEqual(to: "UPTIME")
        {
            return true
        }
        var start = 0
        while start < topic.count {
            let end = topic.endOfLevel(from: start)
            if topic.extracting(start..<end).isEqual(to: "cmnd") { return true }
            start = end + 1
        }
        return false
    }

    /// - Parameter utcOffsetMinutes: how far the device's clock is ahead of UTC; nil where nobody
    ///   said so.
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, utcOffsetMinutes: Int? = nil, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard !isStatus(topic: topic) else {
            batch.isStatus = true
            return
        }
        // The answer to the command Status 10 holds the same one level deeper.
        let sensors = document.member("StatusSNS", of: root) ?? root
        guard document.isObject(sensors) else {
            throw DecodingFailure(.notAnObject, detail: "the sensors of a device are an object")
        }
        var draft = SampleDraft()
        let time = document.member("Epoch", of: sensors) ?? document.member("Time", of: sensors)
        if !draft.setTime(
            document.reportedTime(time), by: .device, utcOffsetMinutes: utcOffsetMinutes, message)
        {
            batch.reject(row: 0, .invalidTime, field: "Time")
        }
        var sensor = Sensor(
            temperatureUnit: try temperatureUnit(document, sensors),
            pascals: try pascals(document, sensors))
        let before = batch.samples.count
        try decodeOwn(document, sensors, topic, draft, &sensor, into: &batch)
        try decodeRelayed(document, sensors, draft, &sensor, into: &batch)
        if batch.samples.count == before { batch.isStatus = batch.rejections.isEmpty }
    }

    /// The device's own sensors, in one sample.
    private static func decodeOwn(
        _ document: borrowing JSONDocument, _ sensors: JSONDocument.Node, _ topic: Span<UInt8>,
        _ draft: SampleDraft, _ sensor: inout Sensor, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let start = batch.measurements.count
        var child = document.firstChild(of: sensors)
        while let node = child {
            child = document.sibling(of: node, in: sensors)
            let name = document.name(of: node)
            if document.isObject(node), !name.begins(with: "ESP"), !name.isEqual(to: "ZbReceived"),
                bluetoothSuffix(name) == nil
            {
                try sensor.add(document, node, Kind(name), from: start, &batch)
            }
        }
        guard batch.measurements.count > start else { return }
        var draft = draft
        draft.device = try keepDevice(topic, &batch)
        batch.close(draft, from: start)
    }

    /// What the device heard of others, in a sample each.
    private static func decodeRelayed(
        _ document: borrowing JSONDocument, _ sensors: JSONDocument.Node, _ draft: SampleDraft,
        _ sensor: inout Sensor, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var child = document.firstChild(of: sensors)
        while let node = child {
            child = document.sibling(of: node, in: sensors)
            guard document.isObject(node) else { continue }
            let name = document.name(of: node)
            if name.isEqual(to: "ZbReceived") {
                var device = document.firstChild(of: node)
                while let heard = device {
                    device = document.sibling(of: heard, in: node)
                    try decode(heard, .zigbee, of: document, draft, &sensor, into: &batch)
                }
            } else if bluetoothSuffix(name) != nil {
                try decode(node, .other, of: document, draft, &sensor, into: &batch)
            }
        }
    }

    private static func decode(
        _ heard: JSONDocument.Node, _ kind: Kind, of document: borrowing JSONDocument,
        _ draft: SampleDraft, _ sensor: inout Sensor, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let start = batch.measurements.count
        sensor.beginDevice()
        try sensor.add(document, heard, kind, from: start, &batch)
        guard batch.measurements.count > start else { return }
        var draft = draft
        if let address = document.member("mac", of: heard) {
            draft.device = batch.keepAddress(document.text(address), bytes: 6)
        }
        if draft.device == nil {
            let told = document.member("Name", of: heard) ?? document.member("Device", of: heard)
            let isTold = told.map { !document.text($0).isEmpty } ?? false
            draft.device = try batch.keepDeviceName(
                isTold ? document.text(told ?? heard) : document.name(of: heard))
        }
        batch.close(draft, from: start)
    }

    /// Where the six digits of a Bluetooth address begin that Tasmota appends to a sensor's type.
    private static func bluetoothSuffix(_ name: Span<UInt8>) -> Int? {
        let start = name.count - 6
        guard start > 1, !name.begins(with: "DS18") else { return nil }
        guard name[start - 1] == UInt8(ascii: "-") || name[start - 1] == UInt8(ascii: "_") else {
            return nil
        }
        for index in start..<name.count where TextCoding.nibble(name[index]) == nil { return nil }
        return start
    }

    private static func keepDevice(
        _ topic: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Range<Int> {
        let first = batch.text.count
        var hasPrefix = false
        var start = 0
        let last = topic.startOfLastLevel
        while start < last {
            let end = topic.endOfLevel(from: start)
            let level = topic.extracting(start..<end)
            start = end + 1
            if !hasPrefix, level.isEqual(to: "tele") || level.isEqual(to: "stat") {
                hasPrefix = true
                continue
            }
            if batch.text.count > first { batch.text.append(UInt8(ascii: "/")) }
            _ = batch.keepName(level)
        }
        try SampleBatch.checkDeviceName(batch.text.span.extracting(first..<batch.text.count))
        return first..<batch.text.count
    }
}

// Units, which are said once for all sensors of a message.
extension Tasmota {
    private static func temperatureUnit(
        _ document: borrowing JSONDocument, _ sensors: JSONDocument.Node
    ) throws(DecodingFailure) -> FieldUnit {
        guard let unit = document.member("TempUnit", of: sensors) else { return .celsius }
        if document.isText(unit, "C") { return .celsius }
        if document.isText(unit, "F") { return .fahrenheit }
        if document.isText(unit, "K") { return .kelvin }
        throw DecodingFailure(.unsupported, detail: "a TempUnit that is neither C, F nor K")
    }

    /// How many pascals the unit of pressure is.
    private static func pascals(
        _ document: borrowing JSONDocument, _ sensors: JSONDocument.Node
    ) throws(DecodingFailure) -> Double {
        guard let unit = document.member("PressureUnit", of: sensors) else { return 100 }
        if document.isText(unit, "hPa") { return 100 }
        if document.isText(unit, "mmHg") { return 133.322_387_415 }
        if document.isText(unit, "inHg") { return 3386.389 }
        throw DecodingFailure(
            .unsupported, detail: "a PressureUnit that is neither hPa, mmHg nor inHg")
    }
}
