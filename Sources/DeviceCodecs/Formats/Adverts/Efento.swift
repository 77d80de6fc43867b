import ColdChain

/// Efento loggers: manufacturer data of company 0x026C, big-endian.
///
/// The first byte is the kind. 02: firmware, status, count of measurements u32, period, three kinds
/// of measurement, their values u16, checksum. 03, the address; its scan response 04 holds kind and
/// value, one behind the other, and a checksum: a gateway that does not ask for the scan response
/// sees no value. Values: 1 temperature /100 − 150 °C, 2 humidity %, 3 pressure in 10 Pa; beyond
/// 150 °C, 100 % and 652 790 Pa they are error codes. Each temperature is a probe, in their order.
/// The checksum's polynomial is not published and it is not checked. Source: advlib's tests.
enum Efento {
    static let company: UInt16 = 0x026C

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count > 0 else { return false }
        switch data[0] {
        case 0x02:
            guard data.count >= 22, let count = data.bigEndian(UInt32.self, at: 4) else {
                throw truncated(data)
            }
            sample.draft.sequence = Int64(count)
            for slot in 0..<3 { add(data[11 + slot], data, at: 14 + 2 * slot, sample, &batch) }
        case 0x03:
            guard data.count >= 7 else { throw truncated(data) }
            sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 1))
        case 0x04:
            guard data.count >= 6 else { throw truncated(data) }
            var offset = 1
            while offset + 3 <= data.count - 2 {
                add(data[offset], data, at: offset + 1, sample, &batch)
                offset += 3
            }
        default:
            return false
        }
        return true
    }

    private static func truncated(_ data: Span<UInt8>) -> DecodingFailure {
        DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of an Efento frame")
    }

    private static func add(
        _ kind: UInt8, _ data: Span<UInt8>, at offset: Int, _ sample: borrowing AdvertSample,
        _ batch: inout SampleBatch
    ) {
        guard let raw = data.bigEndian(UInt16.self, at: offset) else { return }
        let quantity: Quantity
        let value: Double
        let highest: UInt16
        switch kind {
        case 1:
            (quantity, value, highest) = (.temperature, Double(Int(raw) - 15_000, per: 100), 30_000)
        case 2: (quantity, value, highest) = (.humidity, Double(raw), 100)
        case 3: (quantity, value, highest) = (.pressure, Double(Int(raw) * 10), 65_279)
        default: return
        }
        let probe = sample.count(of: quantity, in: batch)
        if raw > highest {
            batch.add(quantity, probe: probe, .sensorError)
        } else {
            batch.add(quantity, probe: probe, value)
        }
    }
}
