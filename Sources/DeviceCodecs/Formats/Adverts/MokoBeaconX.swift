import ColdChain

/// MOKO BeaconX Pro: service data of UUID 0xFEAB with frames of kind 70: power, interval, temperature
/// s16 /10, humidity u16 /10, battery mV u16, a byte, the address; big-endian. Other kinds of frame
/// hold nothing for this log. Source: Theengs' tests.
enum MokoBeaconX {
    static let service: UInt16 = 0xFEAB

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count > 0, data[0] == 0x70 else { return false }
        guard let temperature = data.bigEndian(Int16.self, at: 3),
            let humidity = data.bigEndian(UInt16.self, at: 5),
            let millivolts = data.bigEndian(UInt16.self, at: 7)
        else {
            throw DecodingFailure(.truncatedFrame, detail: "\(data.count) bytes of a BeaconX frame")
        }
        sample.takeAddress(BluetoothAddress(mostSignificantFirst: data, at: 10))
        batch.add(.temperature, Double(temperature, per: 10))
        batch.add(.humidity, Double(humidity, per: 10))
        batch.add(.batteryVoltage, Double(millivolts, per: 1000))
        return true
    }
}
