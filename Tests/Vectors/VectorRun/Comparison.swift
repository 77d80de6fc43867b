import ColdChain
import DeviceCodecs
import Wire

/// Compares what a vector expects to what was decoded.
struct Comparison {
    let batch: SampleBatch
    let failure: DecodingFailure?

    func verdict(on vector: Vector) -> Verdict {
        let expected = vector.expected.filter { !Self.isBeside($0.name) }
        if expected.contains(where: { $0.name == "error" || $0 == JSON.Member("crc_ok", false) }) {
            let isRefused = failure != nil || !batch.rejections.isEmpty
            return isRefused ? .passed : .failed("it is decoded, though it is broken")
        }
        if batch.samples.isEmpty, batch.foreignFrames > 0 {
            return .notTried("a beacon of no family that the program knows")
        }
        let isUntrusted = expected.contains(JSON.Member("time_trusted", false))
        for member in expected {
            if member.name == "time", isUntrusted || vector.kind == "ble-advertisement" {
                // The time of a clock that was not set is not used; an advert alone has none.
                continue
            }
            if isNowhere(member) { continue }
            if let words = difference(member) {
                guard let failure else { return .failed(words) }
                return .failed("\(failure.reason.rawValue), \(failure.detail)")
            }
        }
        return .passed
    }

    /// Whether the message carries nothing for the log, and this is what it carries instead.
    private func isNowhere(_ member: JSON.Member) -> Bool {
        failure?.reason == .nothingMeasured
            && ["time", "speed_kmh", "heading_deg", "packet_id"].contains(member.name)
    }

    /// What the log has no place for.
    private static func isBeside(_ name: String) -> Bool {
        [
            "codec", "count", "records_shown", "text", "type", "fix", "hdop", "movement", "path",
            "battery_ok", "period_s", "firmware", "same_as", "f_port", "payload_hex", "margin_db",
            "voltages_v", "probe_id", "gateway", "records_count", "metrics", "timestamp", "node",
            "rssi", "priority", "crc_ok",
        ].contains(name)
    }

    /// How the expected member differs from what was decoded; nil where it does not.
    private func difference(_ member: JSON.Member) -> String? {
        switch member.name {
        case "records", "readings", "history": return rows(member)
        case "devices": return devices(member.value)
        case "probes_c": return list(member, .temperature, 1)
        case "humidities_pct": return list(member, .humidity, 1)
        case "chip_temperature_c":
            return values(.temperature).isEmpty ? nil : "a chip's temperature is no bag's"
        case "dallas_1_c": return anyValue(.temperature, member)
        case "time_trusted":
            let notes = batch.samples.reduce(into: ReadingNotes()) { $0.formUnion($1.notes) }
            let isTrusted =
                !batch.samples.isEmpty && notes.isDisjoint(with: [.clockUnset, .clockFarOff])
            return isTrusted == member.value.bool ? nil : "the time is taken as it is"
        case "valid":
            let isFix = batch.samples.contains { $0.position != nil && !$0.notes.contains(.noFix) }
            return isFix == member.value.bool ? nil : "valid is not \(member.value.text)"
        case "local_time_without_zone":
            return batch.samples.allSatisfy { $0.notes.contains(.zoneUnknown) }
                ? nil : "the time without a zone is used"
        default:
            if member.name.hasPrefix("temperature_"), member.name != "temperature_c" {
                return anyValue(.temperature, member)
            }
            if member.name.hasPrefix("barometric_pressure_") {
                return anyValue(.pressure, member, factor: 100)
            }
            return newest(member)
        }
    }

    /// A single value is the newest of its kind.
    private func newest(_ member: JSON.Member) -> String? {
        for index in batch.samples.indices.reversed() {
            let found = Row(batch.samples[index], of: batch)
            guard let words = found.difference(member) else { return nil }
            if found.has(member.name) || index == 0 { return words }
        }
        return member.value == .null ? nil : "nothing was decoded"
    }

    private func values(_ quantity: Quantity) -> [Measurement] {
        batch.measurements.filter { $0.quantity == quantity }
    }

    private func anyValue(
        _ quantity: Quantity, _ member: JSON.Member, factor: Double = 1
    ) -> String? {
        guard let wanted = member.value.double else { return nil }
        let found = values(quantity).map(\.value)
        return found.contains { Row.isClose($0, wanted * factor) }
            ? nil : "\(member.name) is not among \(found)"
    }

    /// The values of all probes in their order: with the first one, or without it.
    private func list(_ member: JSON.Member, _ quantity: Quantity, _ factor: Double) -> String? {
        // What no probe can measure is a marker that the source took for a number.
        let wanted = (member.value.array ?? member.value.members?.map(\.value) ?? [])
            .filter { ![327.67, -327.68, 3276.7].contains($0.double) }
        let found = values(quantity).sorted { $0.probe < $1.probe }
        if member.value.members != nil {
            let values = found.map(\.value)
            let isThere = wanted.compactMap(\.double).allSatisfy { number in
                values.contains { Row.isClose($0, number) }
            }
            return isThere ? nil : "\(member.name) is \(values)"
        }
        for candidates in [found, found.filter { $0.probe > 0 }] {
            let numbers = candidates.filter { $0.marker == nil }.map(\.value)
            let wantedNumbers = wanted.compactMap(\.double)
            if numbers.count == wantedNumbers.count,
                zip(numbers, wantedNumbers).allSatisfy({ Row.isClose($0, $1) })
            {
                return nil
            }
        }
        return "\(member.name) is \(found.map { $0.marker?.name ?? "\($0.value)" })"
    }

    private func rows(_ member: JSON.Member) -> String? {
        let wanted = member.value.array ?? []
        if wanted.contains(where: { $0["unit"] != nil }) { return records(wanted) }
        let rows = batch.samples.map { Row($0, of: batch) }
        guard rows.count >= wanted.count else { return "\(rows.count) samples were decoded" }
        for (index, row) in wanted.enumerated() {
            for member in row.members ?? [] where !Self.isBeside(member.name) {
                if let words = rows[index].difference(member) { return "row \(index): \(words)" }
            }
        }
        return nil
    }

    /// Records of one value each: somewhere in the batch, at their time, there is that value.
    private func records(_ wanted: [JSON]) -> String? {
        for record in wanted {
            guard let unit = record["unit"]?.string, let value = record["v"]?.double,
                let target = Self.target(unit)
            else { continue }
            let time = record["time"]?.double
            let isFound = batch.samples.contains { sample in
                if let time, let measuredAt = sample.measuredAt,
                    !Row.isClose(Double(measuredAt.milliseconds) / 1000, time)
                {
                    return false
                }
                return Row(sample, of: batch).contains(target, value)
            }
            if !isFound { return "\(value) \(unit) is not there" }
        }
        return nil
    }

    private static func target(_ unit: String) -> Row.Target? {
        switch unit {
        case "Cel": .quantity(.temperature)
        case "%RH": .quantity(.humidity)
        case "%EL": .quantity(.battery)
        case "lat": .latitude
        case "lon": .longitude
        default: nil
        }
    }

    private func devices(_ value: JSON) -> String? {
        for device in value.members ?? [] {
            for member in device.value.members ?? [] {
                guard let wanted = member.value.double, let quantity = Row.quantity(member.name),
                    !values(quantity).contains(where: { Row.isClose($0.value, wanted) })
                else { continue }
                return "\(device.name): \(member.name) is not there"
            }
        }
        return nil
    }
}
