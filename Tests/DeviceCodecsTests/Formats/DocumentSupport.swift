import ColdChain
import DeviceCodecs
import JSONText

/// What a document format does with a message.
typealias DocumentFormat = (
    borrowing JSONDocument, JSONDocument.Node, inout SampleBatch
) throws(DecodingFailure) -> Void

/// What a document format makes of a message.
func decoded(json text: String, _ format: DocumentFormat) throws -> SampleBatch {
    var document = try JSONDocument()
    let root = try document.read(Array(text.utf8).span)
    var batch = SampleBatch()
    try format(document, root, &batch)
    return batch
}

extension SampleBatch {
    /// The measurements of a sample as `quantity/probe value` or `quantity/probe marker`.
    func told(bySample index: Int = 0) -> Set<String> {
        guard samples.indices.contains(index) else { return [] }
        return Set(
            measurements[samples[index].measurements].map { measurement in
                let value = measurement.marker?.name ?? "\(measurement.value)"
                return "\(measurement.quantity.name)/\(measurement.probe) \(value)"
            })
    }

    var rejected: [String] { rejections.map { "\($0.row) \($0.reason)" } }
}
