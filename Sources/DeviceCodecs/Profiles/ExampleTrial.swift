package import ColdChain
import JSONText
import Wire
import YAML

extension Profile {
    /// When the messages of examples arrive that do not say: the first of 2027.
    package static let usualReceipt = Timestamp(milliseconds: 1_798_761_600_000)

    /// Decodes the examples and compares; the first that differs is thrown, at its place in `node`.
    /// Those of a vendor's JavaScript are tried where that runs.
    func tryExamples(of node: Node, file: String) throws(ProfileError) {
        guard !examples.isEmpty, format != .javaScript else { return }
        guard var decoder = try? PayloadDecoder(profiles: [self], limits: .standard) else {
            throw ProfileError(
                file: file, mark: node.mark, .text("there is no memory to try the examples"))
        }
        var batch = SampleBatch()
        for (index, example) in examples.enumerated() {
            guard let difference = difference(example, &decoder, &batch) else { continue }
            var mark = node.mark
            if case .sequence(let nodes)? = node["examples"]?.content, index < nodes.count {
                mark = nodes[index].mark
            }
            throw ProfileError(
                file: file, mark: mark, .example(title: example.title, difference))
        }
    }

    /// Decodes the examples of a profile in the vendor's JavaScript, and compares.
    ///
    /// - Parameter answer: Makes the call, and answers the JSON text of its data.
    /// - Returns: The first that differs, in words; nil where all agree.
    package func failingExample(
        answer: (CodecCall, Timestamp) throws(DecodingFailure) -> [UInt8]
    ) -> String? {
        guard !examples.isEmpty, format == .javaScript else { return nil }
        guard var decoder = try? PayloadDecoder(profiles: [self], limits: .standard) else {
            return "there is no memory to try the examples"
        }
        var batch = SampleBatch()
        for example in examples {
            let words = difference(example, &decoder, &batch, answer: answer)
            if let words { return "example '\(example.title)': \(words)" }
        }
        return nil
    }

    /// What an example is decoded to instead of what it says, in words; nil where they agree.
    private func difference(
        _ example: ProfileExample, _ decoder: inout PayloadDecoder, _ batch: inout SampleBatch,
        answer: (CodecCall, Timestamp) throws(DecodingFailure) -> [UInt8] = Self.noCodec
    ) -> String? {
        let topic = Array((example.topic ?? "").utf8)
        let message = IncomingMessage(
            receivedAt: example.receivedAt ?? Self.usualReceipt, port: example.port)
        do throws(DecodingFailure) {
            try decoder.decode(
                example.payload.span, topic: topic.span, profile: ProfileNumber(rawValue: 0),
                message, into: &batch)
            if let call = decoder.frames.codecCall {
                let json = try answer(call, message.receivedAt)
                try decoder.decode(
                    json.span, to: call, receivedAt: message.receivedAt, into: &batch)
            }
        } catch {
            if error.reason == example.failure { return nil }
            return "the message is refused: \(error.reason.rawValue), \(error.detail)"
        }
        return example.difference(from: batch)
    }

    private static func noCodec(
        _ call: CodecCall, _ receivedAt: Timestamp
    ) throws(DecodingFailure) -> [UInt8] {
        throw DecodingFailure(.codecUnavailable, detail: "no codec runs here")
    }
}

extension ProfileExample {
    /// What a message was decoded to instead of what the example says, in words.
    package func difference(from batch: SampleBatch) -> String? {
        if let failure {
            return "the message is decoded, though '\(failure.rawValue)' is expected"
        }
        if batch.rejections != rejections {
            let found = batch.rejections.map { "row \($0.row) \($0.reason)" }
            return "the rejections are [\(found.joined(separator: ", "))]"
        }
        guard batch.samples.count == samples.count else {
            return "the message is decoded to \(batch.samples.count) samples"
        }
        for (index, expected) in samples.enumerated() {
            let found = Expectation(batch.samples[index], of: batch)
            if let words = found.difference(from: expected) { return "sample \(index): \(words)" }
        }
        return nil
    }
}

extension ProfileExample.Expectation {
    fileprivate init(_ sample: Sample, of batch: SampleBatch) {
        time = sample.measuredAt
        sequence = sample.sequence
        device = sample.device.map { String(decoding: batch.text[$0], as: UTF8.self) }
        notes = sample.notes
        values = [:]
        markers = [:]
        for measurement in batch.measurements[sample.measurements] {
            let target = FieldTarget.measurement(
                measurement.quantity, probe: Int(measurement.probe))
            if let marker = measurement.marker {
                markers[target] = marker
            } else {
                values[target] = measurement.value
            }
        }
        guard let position = sample.position else { return }
        values[.latitude] = position.latitude
        values[.longitude] = position.longitude
        values[.speed] = position.speed
        values[.heading] = position.heading
        values[.accuracy] = position.accuracy
        values[.altitude] = position.altitude
    }

    fileprivate func difference(from expected: Self) -> String? {
        if time != expected.time {
            return "the time is \(time.map { RFC3339.text($0.milliseconds) } ?? "absent")"
        }
        if sequence != expected.sequence {
            return "the sequence is \(sequence.map(String.init) ?? "absent")"
        }
        if device != expected.device { return "the device is \(device ?? "not told")" }
        if notes != expected.notes {
            return "the notes are [\(notes.names.joined(separator: ", "))]"
        }
        let targets = Set(values.keys).union(markers.keys).union(expected.values.keys)
            .union(expected.markers.keys)
        for target in targets.sorted(by: { $0.name < $1.name }) {
            if markers[target] != expected.markers[target] {
                return "\(target.name) is marked \(markers[target]?.name ?? "by nothing")"
            }
            guard isClose(values[target], expected.values[target]) else {
                return "\(target.name) is \(values[target].map(\.description) ?? "absent")"
            }
        }
        return nil
    }

    /// Converted values are compared to the millionth, to which they are rounded.
    private func isClose(_ first: Double?, _ second: Double?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        return (first - second).magnitude <= 1e-6
    }
}
