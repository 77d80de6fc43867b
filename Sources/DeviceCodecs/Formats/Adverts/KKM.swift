import ColdChain

/// KKM K6, K9 and their kin (BlueCharm, KSensor): service data of Eddystone's UUID 0xFEAA with a
/// frame of its own.
///
/// 21, version 01, a mask, and the fields that the mask names, in the order of its bits: 0 battery
/// mV u16, 1 temperature and 2 humidity s16 in 256ths, 3 acceleration (6 bytes); big-endian. Of the
/// higher bits nothing is needed. Source: KKM's K-sensor frame, as the vectors have it.
enum KKM {
    static let service: UInt16 = 0xFEAA

    static func decode(
        _ data: Span<UInt8>, _ sample: inout AdvertSample, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard data.count > 0, data[0] == 0x21 else { return false }
        guard data.count >= 3 else {
            throw DecodingFailure(.truncatedFrame, detail: "a KKM frame without its mask")
        }
        guard data[1] == 1 else {
            throw DecodingFailure(.unsupported, detail: "a KKM frame of version \(data[1])")
        }
        let fields = (data[2] & 0x07).nonzeroBitCount
        guard data.count >= 3 + 2 * fields else {
            throw DecodingFailure(.truncatedFrame, detail: "a KKM frame within its fields")
        }
        var offset = 3
        if data[2] & 1 != 0, let millivolts = data.bigEndian(UInt16.self, at: offset) {
            batch.add(.batteryVoltage, Double(millivolts, per: 1000))
            offset += 2
        }
        if data[2] & 2 != 0 {
            FixedPoint.add(.temperature, data, at: offset, &batch)
            offset += 2
        }
        if data[2] & 4 != 0 { FixedPoint.add(.humidity, data, at: offset, &batch) }
        return true
    }
}
