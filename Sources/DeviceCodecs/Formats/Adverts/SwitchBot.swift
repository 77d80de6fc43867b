import ColdChain

/// SwitchBot meters: service data of UUID 0xFD3D (older: 0x0D00), and manufacturer data of company
/// 0x0969.
///
/// Service data: model (`T` Meter, `i` Meter Plus, `w` Outdoor Meter), flags, battery %, and of the
/// first two tenths of a degree, whole degrees whose top bit means above zero, humidity %. The same
/// three bytes stand in the manufacturer data behind the address and two more bytes: that is read
/// only where model or name say that it is a meter, since other products use the same number.
/// Source: Theengs' and ble_monitor's tests.
enum SwitchBot {
    static let service: UInt16 = 0xFD3D
    static let oldService: UInt16 = 0x0D00
    static let company: UInt16 = 0x0969

    static func isMeter(model: UInt8) -> Bool {
        switch model & 0x7F {
        case UInt8(ascii: "T"), UInt8(ascii: "i"), UInt8(ascii: "w"): true
        default: false
        }
    }

    static func isMeter(name: Span<UInt8>) -> Bool {
        name.starts(with: "WoSensor") || name.starts(with: "Outdoor Meter")
    }

    static func decode(
        _ data: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count > 0, isMeter(model: data[0]) else { return false }
        let hasValues = data[0] & 0x7F != UInt8(ascii: "w")
        guard data.count >= (hasValues ? 6 : 3) else {
            throw DecodingFailure(
                .truncatedFrame, detail: "\(data.count) bytes of a SwitchBot meter")
        }
        if hasValues { addValues(data, at: 3, &batch) }
        GATTCharacteristic.addPercent(.battery, data[2] & 0x7F, &batch)
        return true
    }

    static func decodeManufacturerData(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count >= 11 else {
            throw DecodingFailure(
                .truncatedFrame, detail: "\(data.count) bytes of a SwitchBot meter")
        }
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 0))
        addValues(data, at: 8, &batch)
        return true
    }

    private static func addValues(
        _ data: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        let tenths = Int(data[offset + 1] & 0x7F) * 10 + Int(data[offset] & 0x0F)
        batch.add(.temperature, Double(data[offset + 1] & 0x80 == 0 ? -tenths : tenths, per: 10))
        GATTCharacteristic.addPercent(.humidity, data[offset + 2] & 0x7F, &batch)
    }
}
