import ColdChain
import JSONText
import Wire
import YAML

/// Reads one example of a profile.
struct ExampleReader {
    private let mapping: StrictMapping

    init(_ node: Node, file: String) throws(ProfileError) {
        mapping = try StrictMapping(
            node, of: file, keys: ["title", "payload", "samples", "rejections", "failure"])
    }

    func example() throws(ProfileError) -> ProfileExample {
        let example = ProfileExample(
            title: try mapping.required("title") { node throws(ScalarError) in
                try node.string()
            },
            payload: try mapping.required("payload") { node throws(ScalarError) in
                // An empty payload is one to try, though a null scalar reads the same.
                node.isNull ? "" : try node.string()
            },
            samples: try samples(), rejections: try rejections(), failure: try failure())
        guard example.samples.isEmpty != (example.failure == nil) else {
            throw mapping.refusal(
                try mapping.required("title"), "an example has either 'samples' or a 'failure'")
        }
        return example
    }

    private func samples() throws(ProfileError) -> [ProfileExample.Expectation] {
        guard let node = mapping.node("samples") else { return [] }
        var samples: [ProfileExample.Expectation] = []
        for sample in try mapping.list(node) { samples.append(try expectation(sample)) }
        return samples
    }

    private func expectation(_ node: Node) throws(ProfileError) -> ProfileExample.Expectation {
        let sample = try StrictMapping(
            node, of: mapping.file, keys: ["time", "sequence"] + FieldTarget.all.map(\.name))
        var values: [FieldTarget: Double] = [:]
        for target in FieldTarget.all {
            values[target] = try sample.value(target.name) { node throws(ScalarError) in
                try node.double()
            }
        }
        return ProfileExample.Expectation(
            time: try sample.value("time") { node throws(ScalarError) in
                guard let instant = RFC3339.parse(try node.string()) else {
                    throw node.mismatch("a time such as 2026-11-20T12:00:00Z")
                }
                return Timestamp(milliseconds: instant)
            },
            sequence: try sample.value("sequence") { node throws(ScalarError) in
                try node.int()
            },
            values: values)
    }

    private func rejections() throws(ProfileError) -> [Rejection] {
        guard let node = mapping.node("rejections") else { return [] }
        var rejections: [Rejection] = []
        for node in try mapping.list(node) {
            let rejection = try StrictMapping(node, of: mapping.file, keys: ["row", "reason"])
            let row = try rejection.required("row") { node throws(ScalarError) in
                try node.int()
            }
            let reason = try rejection.required("reason") { node throws(ScalarError) in
                try node.string()
            }
            rejections.append(Rejection(row: Int(clamping: row), reason: reason))
        }
        return rejections
    }

    private func failure() throws(ProfileError) -> DecodingReason? {
        guard let node = mapping.node("failure") else { return nil }
        return try mapping.word(node, among: DecodingReason.allCases) { $0.rawValue }
    }
}

extension Profile {
    /// Decodes the examples and compares; the first that differs is thrown, at its place in `node`.
    func tryExamples(of node: Node, file: String) throws(ProfileError) {
        guard !examples.isEmpty else { return }
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

    /// What an example is decoded to instead of what it says, in words; nil where they agree.
    private func difference(
        _ example: ProfileExample, _ decoder: inout PayloadDecoder, _ batch: inout SampleBatch
    ) -> String? {
        do {
            let payload = Array(example.payload.utf8)
            try decoder.decode(payload.span, profile: ProfileNumber(rawValue: 0), into: &batch)
        } catch {
            if error.reason == example.failure { return nil }
            return "the message is refused: \(error.reason.rawValue), \(error.detail)"
        }
        if let failure = example.failure {
            return "the message is decoded, though '\(failure.rawValue)' is expected"
        }
        if batch.rejections != example.rejections {
            let found = batch.rejections.map { "row \($0.row) \($0.reason)" }
            return "the rejections are [\(found.joined(separator: ", "))]"
        }
        guard batch.samples.count == example.samples.count else {
            return "the message is decoded to \(batch.samples.count) samples"
        }
        for (index, expected) in example.samples.enumerated() {
            let found = ProfileExample.Expectation(batch.samples[index], of: batch)
            if let words = found.difference(from: expected) { return "sample \(index): \(words)" }
        }
        return nil
    }
}

extension ProfileExample.Expectation {
    fileprivate init(_ sample: Sample, of batch: SampleBatch) {
        time = sample.measuredAt
        sequence = sample.sequence
        values = [:]
        for measurement in batch.measurements[sample.measurements] {
            values[.measurement(measurement.quantity)] = measurement.value
        }
        guard let position = sample.position else { return }
        values[.latitude] = position.latitude
        values[.longitude] = position.longitude
        values[.speed] = position.speed
        values[.heading] = position.heading
        values[.accuracy] = position.accuracy
    }

    fileprivate func difference(from expected: Self) -> String? {
        if time != expected.time {
            return "the time is \(time.map { RFC3339.text($0.milliseconds) } ?? "absent")"
        }
        if sequence != expected.sequence {
            return "the sequence is \(sequence.map(String.init) ?? "absent")"
        }
        for target in FieldTarget.all where !isClose(values[target], expected.values[target]) {
            return "\(target.name) is \(values[target].map(\.description) ?? "absent")"
        }
        return nil
    }

    /// Converted values are compared to the millionth, to which they are rounded.
    private func isClose(_ first: Double?, _ second: Double?) -> Bool {
        guard let first, let second else { return first == nil && second == nil }
        return (first - second).magnitude <= 1e-6
    }
}
