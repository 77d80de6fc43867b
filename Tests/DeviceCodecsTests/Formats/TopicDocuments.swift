import ColdChain
import DeviceCodecs
import JSONText
import Wire

/// A document format that is told the topic.
typealias TopicDocumentFormat = (
    borrowing JSONDocument, JSONDocument.Node, Span<UInt8>, MessageContext, inout SampleBatch
) throws(DecodingFailure) -> Void

/// What a format makes of a message that arrives at noon.
func decoded(
    json text: String, topic: String, by format: TopicDocumentFormat
) throws -> SampleBatch {
    var document = try JSONDocument()
    let root = try document.read(Array(text.utf8).span)
    var batch = SampleBatch()
    try format(
        document, root, Array(topic.utf8).span, MessageContext(receivedAt: noon), &batch)
    return batch
}

/// Why a format refuses a message; nil where it takes it.
func refusal(
    json text: String, topic: String, by format: TopicDocumentFormat
) throws -> DecodingReason? {
    do {
        _ = try decoded(json: text, topic: topic, by: format)
        return nil
    } catch let failure as DecodingFailure {
        return failure.reason
    }
}

extension SampleBatch {
    /// The measurements of all samples as a test writes them, such as `temperature 4.2` and
    /// `temperature/1 probe_absent`.
    var spelled: [String] {
        samples.flatMap { measurements[$0.measurements] }.map { measurement in
            let probe = measurement.probe == 0 ? "" : "/\(measurement.probe)"
            return "\(measurement.quantity.name)\(probe) "
                + (measurement.marker?.name ?? "\(measurement.value)")
        }
    }
}

/// Documents that no device sends: `seed` with random bytes changed, taken out and put in, the same
/// in each run. Some are still sound JSON.
func hostileDocuments(from seed: String, count: Int) -> [[UInt8]] {
    var random = SplitMix64(state: UInt64(seed.utf8.count))
    let pieces: [[UInt8]] = [
        "null", "-1e999", "NaN", "\"\"", "[]", "{}", "true", "9223372036854775807", "\"x\":", ",",
    ].map { Array($0.utf8) }
    return (0..<count).map { _ in
        var bytes = Array(seed.utf8)
        for _ in 0...random.next() % 4 where !bytes.isEmpty {
            let index = Int(random.next() % UInt64(bytes.count))
            switch random.next() % 4 {
            case 0: bytes[index] = UInt8(truncatingIfNeeded: random.next())
            case 1: bytes.remove(at: index)
            case 2: bytes[index] = bytes[Int(random.next() % UInt64(bytes.count))]
            default: bytes.insert(contentsOf: pieces[Int(random.next() % 10)], at: index)
            }
        }
        return bytes
    }
}
