import ColdChain

/// Inkbird sensors, which have no company's number.
///
/// IBS-TH, P01B and the like, named `sps` or `tps`: manufacturer data of 9 bytes that begins with the
/// temperature where the company belongs: temperature s16 LE /100, humidity u16 LE /100, which sensor,
/// CRC-16 of these, battery %, 08. `tps` has no humidity.
///
/// iBBQ thermometers: company 0, two more zeros, the address, and 1, 2, 4 or 6 probes s16 LE /10, of
/// which −1.0 is not plugged in. Source: ble_monitor's and Theengs' tests.
enum Inkbird {
    static func isName(_ name: Span<UInt8>) -> Bool {
        name.count == 3 && (name.starts(with: "sps") || name.starts(with: "tps"))
    }

    static func decode(
        company: UInt16, _ data: Span<UInt8>, name: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count == 7, let humidity = data.littleEndian(UInt16.self, at: 0),
            let told = data.littleEndian(UInt16.self, at: 3)
        else {
            throw DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of an Inkbird's 7")
        }
        var checksum = ModbusChecksum()
        checksum.add(UInt8(truncatingIfNeeded: company))
        checksum.add(UInt8(truncatingIfNeeded: company >> 8))
        for index in 0..<3 { checksum.add(data[index]) }
        guard checksum.value == told else {
            throw DecodingFailure(.badChecksum, detail: "an Inkbird's advert")
        }
        batch.add(.temperature, Double(Int16(bitPattern: company), per: 100))
        if name.starts(with: "sps") { batch.add(.humidity, Double(humidity, per: 100)) }
        GATTCharacteristic.addPercent(.battery, data[5], &batch)
        return true
    }

    static func decodeProbes(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) -> Bool {
        guard data.count > 8, data[0] == 0, data[1] == 0,
            let address = BluetoothAddress(mostSignificantFirst: data, at: 2),
            sample.address == nil || sample.address == address
        else { return false }
        let probes = (data.count - 8) / 2
        guard data.count.isMultiple(of: 2), probes <= 2 || probes == 4 || probes == 6 else {
            return false
        }
        sample.takeAddress(address)
        for probe in 0..<probes {
            guard let raw = data.littleEndian(Int16.self, at: 8 + 2 * probe) else { break }
            if raw == -10 {
                batch.add(.temperature, probe: probe, .probeAbsent)
            } else {
                batch.add(.temperature, probe: probe, Double(raw, per: 10))
            }
        }
        return true
    }
}

/// CRC-16 as Modbus has it.
private struct ModbusChecksum {
    private(set) var value: UInt16 = 0xFFFF

    mutating func add(_ byte: UInt8) {
        value ^= UInt16(byte)
        for _ in 0..<8 { value = value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xA001 }
    }
}
