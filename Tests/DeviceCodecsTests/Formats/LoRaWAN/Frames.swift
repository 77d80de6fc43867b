import ColdChain
import DeviceCodecs

/// What a frame of a device came to, received at noon.
func decode(
    frame: [UInt8], port: Int = 2, as format: PayloadFormat, draft: SampleDraft = SampleDraft(),
    receivedAt: Timestamp = noon
) throws(DecodingFailure) -> SampleBatch {
    var batch = SampleBatch()
    var router = FrameRouter(formats: [format])
    try router.decode(
        frame.span, port: port, by: ProfileNumber(rawValue: 0), draft,
        MessageContext(receivedAt: receivedAt), into: &batch)
    return batch
}

func decode(
    _ frame: String, port: Int = 2, as format: PayloadFormat, draft: SampleDraft = SampleDraft(),
    receivedAt: Timestamp = noon
) throws(DecodingFailure) -> SampleBatch {
    try decode(
        frame: hex(frame), port: port, as: format, draft: draft, receivedAt: receivedAt)
}

/// A measurement as a test writes it.
struct Expected: Equatable, CustomStringConvertible {
    var quantity: Quantity
    var probe: Int
    var value: Double?
    var marker: Marker?

    init(_ quantity: Quantity, probe: Int = 0, _ value: Double) {
        self.quantity = quantity
        self.probe = probe
        self.value = value
    }

    init(_ quantity: Quantity, probe: Int = 0, _ marker: Marker) {
        self.quantity = quantity
        self.probe = probe
        self.marker = marker
    }

    init(_ measurement: Measurement) {
        quantity = measurement.quantity
        probe = Int(measurement.probe)
        marker = measurement.marker
        value = measurement.marker == nil ? measurement.value : nil
    }

    var description: String {
        "\(quantity)[\(probe)] \(value.map(\.description) ?? marker?.name ?? "nothing")"
    }
}

extension SampleBatch {
    /// All measurements of a sample, in the order of their addition.
    func all(ofSample index: Int = 0) -> [Expected] {
        guard samples.indices.contains(index) else { return [] }
        return measurements[samples[index].measurements].map(Expected.init)
    }
}

/// The ports a test tries with bytes that no device sends.
let allPorts = Array(0...11) + [85, 223]

/// Whether whatever the format makes of a frame hangs together.
func isConsistent(_ batch: SampleBatch) -> Bool {
    var end = 0
    for sample in batch.samples {
        guard sample.measurements.lowerBound >= end,
            sample.measurements.upperBound <= batch.measurements.count,
            !sample.measurements.isEmpty || sample.position != nil
        else { return false }
        end = sample.measurements.upperBound
    }
    return batch.measurements.allSatisfy { ($0.marker == nil) == $0.value.isFinite }
}
