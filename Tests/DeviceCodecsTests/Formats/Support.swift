import ColdChain
import DeviceCodecs
import JSONText
import Wire

/// Noon of 2026-11-20 in UTC, when the tests' messages arrive.
let noon = Timestamp(milliseconds: 1_795_176_000_000)

/// A message that arrives then.
let atNoon = IncomingMessage(receivedAt: noon)

/// The bytes that pairs of hexadecimal digits mean; white space is passed over.
func hex(_ text: String) -> [UInt8] {
    let digits = text.filter { !$0.isWhitespace }
    var bytes: [UInt8] = []
    let isHex = TextCoding.appendHex(Array(digits.utf8).span, to: &bytes)
    precondition(isHex, "a test's frame is written in hexadecimal digits")
    return bytes
}

/// Frames that no device sends: random bytes, the same in each run.
func hostileFrames(count: Int, upTo length: Int, seed: UInt64 = 1) -> [[UInt8]] {
    var random = SplitMix64(state: seed)
    return (0..<count).map { _ in
        let length = Int(random.next() % UInt64(length + 1))
        return (0..<length).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    }
}

extension SampleBatch {
    /// The value of a sample's measurement, nil where there is none or a marker.
    func value(_ quantity: Quantity, probe: UInt8 = 0, ofSample index: Int = 0) -> Double? {
        measurement(quantity, probe, index).flatMap { $0.marker == nil ? $0.value : nil }
    }

    func marker(_ quantity: Quantity, probe: UInt8 = 0, ofSample index: Int = 0) -> Marker? {
        measurement(quantity, probe, index)?.marker
    }

    private func measurement(_ quantity: Quantity, _ probe: UInt8, _ index: Int) -> Measurement? {
        guard samples.indices.contains(index) else { return nil }
        return measurements[samples[index].measurements].first {
            $0.quantity == quantity && $0.probe == probe
        }
    }

    /// The name of a sample's device, where the payload told it.
    func device(ofSample index: Int = 0) -> String? {
        guard samples.indices.contains(index), let name = samples[index].device else { return nil }
        return String(decoding: text[name], as: UTF8.self)
    }
}
