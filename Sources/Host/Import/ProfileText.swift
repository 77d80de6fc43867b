import ColdChain
import DeviceCodecs
import Wire

/// Writes a profile as the text of its file.
struct ProfileText {
    private(set) var text: String

    init(_ id: String, from file: String, _ proposed: ProposedFields) {
        text = """
            # Made by 'freshwire devices import'. The fields are a proposal: look at each, and give
            # 'range' what the sensor can measure.
            id: \(id)
            version: 1
            description: \(Self.quoted("By the vendor's codec, \(file)."))
            format: javascript
            carrier: \(proposed.isLocated ? "vehicle" : "bag")

            """
        if let rows = proposed.rows { text += "rows: \(Self.path(rows))\n" }
        text += "\nfields:\n"
        for field in proposed.fields {
            text += "  \(field.target.name): "
            text += "{path: \(Self.path(field.path)), unit: \(Self.quoted(field.unit.rawValue))}\n"
        }
        if let time = proposed.time, let kind = Self.name(of: time.kind) {
            text += "\ntime: {path: \(Self.path(time.path.names)), kind: \(kind), "
            text += "fallback: receipt}\n"
        }
    }

    mutating func beginExamples() { text += "\nexamples:\n" }

    /// An example of one frame, with what it was decoded to.
    mutating func add(_ example: CodecExample, _ outcome: Result<SampleBatch, DecodingFailure>) {
        text += "  - title: \(Self.quoted(example.title))\n"
        text += "    hex: \"\(hexadecimal(example.bytes))\"\n"
        text += "    port: \(example.port)\n"
        if let received = example.receivedMilliseconds {
            text += "    received: \(RFC3339.text(received))\n"
        }
        switch outcome {
        case .failure(let failure): text += "    failure: \(failure.reason.rawValue)\n"
        case .success(let batch):
            text += "    samples:\n"
            for sample in batch.samples { add(sample, of: batch) }
            guard !batch.rejections.isEmpty else { return }
            text += "    rejections:\n"
            for rejection in batch.rejections {
                let reason = Self.quoted(rejection.reason)
                text += "      - {row: \(rejection.row), reason: \(reason)}\n"
            }
        }
    }

    private mutating func add(_ sample: Sample, of batch: SampleBatch) {
        var lines: [String] = []
        if let time = sample.measuredAt { lines.append("time: \(RFC3339.text(time.milliseconds))") }
        if let sequence = sample.sequence { lines.append("sequence: \(sequence)") }
        if !sample.notes.isEmpty {
            lines.append("notes: [\(sample.notes.names.joined(separator: ", "))]")
        }
        for measurement in batch.measurements[sample.measurements] {
            let target = FieldTarget.measurement(
                measurement.quantity, probe: Int(measurement.probe))
            lines.append("\(target.name): \(measurement.marker?.name ?? "\(measurement.value)")")
        }
        if let position = sample.position {
            let values: [(FieldTarget, Double?)] = [
                (.latitude, position.latitude), (.longitude, position.longitude),
                (.speed, position.speed), (.heading, position.heading),
                (.accuracy, position.accuracy), (.altitude, position.altitude),
            ]
            for case (let target, let value?) in values { lines.append("\(target.name): \(value)") }
        }
        for (index, line) in lines.enumerated() {
            text += index == 0 ? "      - \(line)\n" : "        \(line)\n"
        }
    }

    private static func path(_ names: [String]) -> String {
        let isSimple = names.allSatisfy { !$0.contains(".") && !$0.hasPrefix("/") && !$0.isEmpty }
        if isSimple { return quoted(names.joined(separator: ".")) }
        return "[\(names.map(quoted).joined(separator: ", "))]"
    }

    /// In double quotes, by the escapes that JSON and YAML share.
    private static func quoted(_ text: String) -> String { JSON.string(text).text }

    private static func name(of kind: TimeKind) -> String? {
        switch kind {
        case .epochSeconds: "epoch_s"
        case .epochMilliseconds: "epoch_ms"
        case .rfc3339: "rfc3339"
        default: nil
        }
    }
}
