import Foundation
import SimulatedHardware

/// A second reading of what the encoders write, by the formats' descriptions alone: it shares no
/// code with the encoders, nor with the daemon's decoders.
struct IndependentDecoder {
    /// One value, or one position, as the log would have it.
    struct Fact: Hashable {
        var device: String
        var quantity: String
        var probe = 0
        /// Of a position: latitude, longitude, and what there is of the rest by name.
        var values: [String: Double] = [:]
        var marker: String?
        /// Milliseconds since 1970; nil for that of receipt.
        var time: Int64?
        var source: String
        var sequence: Int64?
        var notes: Set<String> = []
    }

    struct Unreadable: Error {}

    /// Sequence numbers of adverts that were heard, by tag.
    private var heard: Set<String> = []

    mutating func facts(
        _ format: DeviceFormat, topic: String, _ payload: [UInt8]
    ) throws -> [Fact] {
        switch format {
        case .genericBag, .genericTracker: return try generic(topic, payload)
        case .ruuviGateway: return try ruuvi(topic, payload)
        case .draginoLHT65N: return try theThingsStack(payload)
        case .teltonika: return try teltonika(topic, payload)
        case .ownTracks: return try ownTracks(topic, payload)
        }
    }

    private func object(_ payload: [UInt8]) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(payload))
    }

    private func integer(_ value: Any?) -> Int64? { (value as? NSNumber)?.int64Value }
    private func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

    private func big(_ bytes: ArraySlice<UInt8>) -> Int64 {
        bytes.reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    private func signed(_ bytes: ArraySlice<UInt8>) -> Int64 {
        let value = big(bytes)
        let width = Int64(bytes.count * 8)
        return width < 64 && value >= 1 << (width - 1) ? value - 1 << width : value
    }

    private func metresASecond(_ kilometres: Double) -> Double {
        (kilometres / 3.6 * 1e6).rounded() / 1e6
    }

    private func generic(_ topic: String, _ payload: [UInt8]) throws -> [Fact] {
        let root = try object(payload)
        guard let rows = root as? [[String: Any]] ?? (root as? [String: Any]).map({ [$0] }) else {
            throw Unreadable()
        }
        let device = String(topic.split(separator: "/")[1])
        var facts: [Fact] = []
        for row in rows {
            guard let told = integer(row["t"]) else { throw Unreadable() }
            let isUnset = told < 1_262_304_000_000
            var base = Fact(
                device: device, quantity: "", time: isUnset ? nil : told,
                source: isUnset ? "receipt" : "device", sequence: integer(row["seq"]),
                notes: isUnset ? ["clock_unset"] : [])
            for name in ["temperature", "humidity", "battery"] {
                guard let value = number(row[name]) else { continue }
                base.quantity = name
                base.values = ["value": value]
                facts.append(base)
            }
            if let latitude = number(row["lat"]), let longitude = number(row["lon"]) {
                base.quantity = "position"
                let heading = number(row["heading"]) ?? 0
                base.values = [
                    "latitude": latitude, "longitude": longitude,
                    "speed": metresASecond(number(row["speed"]) ?? .nan),
                    "heading": heading == 360 ? 0 : heading,
                    "accuracy": number(row["accuracy"]) ?? .nan,
                ]
                facts.append(base)
            }
        }
        return facts
    }

    private mutating func ruuvi(_ topic: String, _ payload: [UInt8]) throws -> [Fact] {
        guard let root = try object(payload) as? [String: Any],
            let text = root["data"] as? String, text.hasPrefix("0201061BFF990405"),
            root["gw_mac"] as? String == String(topic.split(separator: "/")[1])
        else { throw Unreadable() }
        let data = Array(try bytes(text)[7...])
        guard data.count == 24 else { throw Unreadable() }
        let device = data[18...].map { String(format: "%02X", $0) }.joined()
        let inTopic = topic.split(separator: "/")[2].filter { $0 != ":" }
        guard inTopic == device else { throw Unreadable() }
        let sequence = big(data[16...17])
        // Values of one number differ after a reboot only.
        guard heard.insert("\(device) \(sequence) \(data)").inserted else { return [] }
        let second = (root["ts"] as? String).flatMap { Int64($0) }
        if second == nil, (root["cnt"] as? String).flatMap({ Int64($0) }) == nil {
            throw Unreadable()
        }
        func fact(_ quantity: String, _ value: Double?) -> Fact {
            Fact(
                device: device, quantity: quantity, values: value.map { ["value": $0] } ?? [:],
                marker: value == nil ? "not_available" : nil, time: second.map { $0 * 1000 },
                source: second == nil ? "receipt" : "gateway", sequence: sequence)
        }
        let temperature = signed(data[1...2])
        let humidity = big(data[3...4])
        let pressure = big(data[5...6])
        let voltage = big(data[13...14]) >> 5
        return [
            fact("temperature", temperature == -32_768 ? nil : Double(temperature) / 200),
            fact("humidity", humidity == 65_535 ? nil : Double(humidity) / 400),
            fact("pressure", pressure == 65_535 ? nil : Double(pressure + 50_000)),
            fact("battery_voltage", voltage == 2_047 ? nil : Double(voltage + 1_600) / 1000),
        ]
    }

    private func instant(_ text: Any?) throws -> Int64? {
        guard let text = text as? String else { return nil }
        // To the millisecond: digits beyond it are cut.
        guard let date = try? Date(String(text.prefix(19)) + "Z", strategy: .iso8601),
            text.count >= 24, let rest = Int64(text.dropFirst(20).prefix(3)), text.hasSuffix("Z")
        else { throw Unreadable() }
        return Int64(date.timeIntervalSince1970) * 1000 + rest
    }

    private func theThingsStack(_ payload: [UInt8]) throws -> [Fact] {
        guard let root = try object(payload) as? [String: Any],
            let identifiers = root["end_device_ids"] as? [String: Any],
            let device = identifiers["dev_eui"] as? String,
            let uplink = root["uplink_message"] as? [String: Any],
            integer(uplink["f_port"]) == 2, let text = uplink["frm_payload"] as? String,
            let frame = Data(base64Encoded: text).map({ Array($0) }), frame.count == 11,
            let rows = uplink["rx_metadata"] as? [[String: Any]], (1...2).contains(rows.count),
            frame[6] == 1, frame[9...10] == [0x7F, 0xFF]
        else { throw Unreadable() }
        let byGateway = try instant(rows[0]["time"])
        let time = try byGateway ?? instant(uplink["received_at"])
        func fact(_ quantity: String, _ probe: Int, _ value: Double?, _ marker: String? = nil)
            -> Fact
        {
            Fact(
                device: device, quantity: quantity, probe: probe,
                values: value.map { ["value": $0] } ?? [:], marker: marker, time: time,
                source: byGateway == nil ? "network_server" : "gateway",
                sequence: integer(uplink["f_cnt"]) ?? 0)
        }
        let probe = signed(frame[7...8])
        return [
            fact("temperature", 0, Double(signed(frame[2...3])) / 100),
            fact("humidity", 0, Double(big(frame[4...5]) & 0xFFF) / 10),
            fact("battery_voltage", 0, Double(big(frame[0...1]) & 0x3FFF) / 1000),
            probe == 0x7FFF
                ? fact("temperature", 1, nil, "probe_absent")
                : fact("temperature", 1, Double(probe) / 100),
        ]
    }

    private func ownTracks(_ topic: String, _ payload: [UInt8]) throws -> [Fact] {
        guard let root = try object(payload) as? [String: Any],
            root["_type"] as? String == "location", root["topic"] as? String == topic,
            let taken = integer(root["tst"]), let created = integer(root["created_at"]),
            let latitude = number(root["lat"]), let longitude = number(root["lon"]),
            let battery = number(root["batt"])
        else { throw Unreadable() }
        let isUnset = taken < 1_262_304_000
        var notes: Set<String> = isUnset ? ["clock_unset"] : []
        if created - taken > 10 { notes.insert("buffered") }
        var base = Fact(
            device: topic.split(separator: "/").suffix(2).joined(separator: "/"),
            quantity: "battery", values: ["value": battery], time: isUnset ? nil : taken * 1000,
            source: isUnset ? "receipt" : "device", notes: notes)
        var facts = [base]
        base.quantity = "position"
        base.values = ["latitude": latitude, "longitude": longitude]
        base.values["speed"] = number(root["vel"]).map(metresASecond)
        base.values["heading"] = number(root["cog"])
        base.values["accuracy"] = number(root["acc"])
        base.values["altitude"] = number(root["alt"])
        facts.append(base)
        return facts
    }
}

// Codec 8 Extended.
extension IndependentDecoder {
    /// AVL ids of the log's quantities: name, probe, divisor.
    private static let parameters: [Int64: (String, Int, Double)] = [
        239: ("ignition", 0, 1), 240: ("motion", 0, 1), 113: ("battery", 0, 1),
        66: ("supply_voltage", 0, 1000), 67: ("battery_voltage", 0, 1000), 16: ("odometer", 0, 1),
        72: ("temperature", 0, 10), 73: ("temperature", 1, 10), 25: ("temperature", 4, 100),
        86: ("humidity", 4, 10),
    ]
    private static let markers: [Int64: [Int64: String]] = [
        72: [3_000: "probe_absent", 850: "power_on_value"],
        73: [3_000: "probe_absent", 850: "power_on_value"],
        25: [
            32_767: "probe_absent", 2_000: "sensor_error", 3_000: "probe_absent",
            4_000: "sensor_error",
        ],
        86: [32_735: "probe_absent"],
    ]

    private func teltonika(_ topic: String, _ payload: [UInt8]) throws -> [Fact] {
        let device = String(topic.split(separator: "/")[1])
        guard payload.count > 12, payload[0...3].allSatisfy({ $0 == 0 }),
            big(payload[4...7]) == Int64(payload.count - 12)
        else { throw Unreadable() }
        let data = Array(payload[8..<payload.count - 4])
        guard data[0] == 0x8E, data[1] == data[data.count - 1] else { throw Unreadable() }
        var offset = 2
        func take(_ count: Int) throws -> ArraySlice<UInt8> {
            guard offset + count <= data.count else { throw Unreadable() }
            defer { offset += count }
            return data[offset..<offset + count]
        }
        var facts: [Fact] = []
        for _ in 0..<data[1] {
            let time = big(try take(8))
            _ = try take(1)
            let longitude = Double(signed(try take(4))) / 1e7
            let latitude = Double(signed(try take(4))) / 1e7
            let altitude = Double(signed(try take(2)))
            let course = Double(big(try take(2)))
            let satellites = Double(big(try take(1)))
            let speed = metresASecond(Double(big(try take(2))))
            let isUnset = time < 1_262_304_000_000
            var notes: Set<String> = isUnset ? ["clock_unset"] : []
            if satellites == 0 { notes.insert("no_fix") }
            var base = Fact(
                device: device, quantity: "position", time: isUnset ? nil : time,
                source: isUnset ? "receipt" : "device", notes: notes)
            if latitude != 0 || longitude != 0 {
                base.values = [
                    "latitude": latitude, "longitude": longitude, "speed": speed,
                    "heading": course, "altitude": altitude, "satellites": satellites,
                ]
                facts.append(base)
            }
            _ = try take(2)
            let total = big(try take(2))
            var elements: Int64 = 0
            for width in [1, 2, 4, 8] {
                for _ in 0..<big(try take(2)) {
                    let id = big(try take(2))
                    let raw = signed(try take(width))
                    elements += 1
                    guard let (name, probe, divisor) = Self.parameters[id] else { continue }
                    base.quantity = name
                    base.probe = probe
                    base.marker = Self.markers[id]?[raw]
                    base.values = base.marker == nil ? ["value": Double(raw) / divisor] : [:]
                    facts.append(base)
                }
            }
            guard big(try take(2)) == 0, elements == total else { throw Unreadable() }
        }
        guard offset == data.count - 1 else { throw Unreadable() }
        return facts
    }
}
