import ColdChain
import JSONText
import Wire
import YAML

/// Reads one example of a profile.
struct ExampleReader {
    private let mapping: StrictMapping

    init(_ node: Node, file: String) throws(ProfileError) {
        mapping = try StrictMapping(
            node, of: file,
            keys: [
                "title", "payload", "hex", "port", "topic", "received", "samples", "rejections",
                "failure", "status",
            ])
    }

    func example() throws(ProfileError) -> ProfileExample {
        let example = ProfileExample(
            title: try mapping.required("title") { node throws(ScalarError) in
                try node.string()
            },
            payload: try payload(), port: try port(),
            topic: try mapping.value("topic") { node throws(ScalarError) in try node.string() },
            receivedAt: try mapping.instant("received"), samples: try samples(),
            rejections: try rejections(), failure: try failure(),
            isStatus: try mapping.value("status") { node throws(ScalarError) in
                try node.bool()
            } ?? false)
        let outcomes = [!example.samples.isEmpty, example.failure != nil, example.isStatus]
        guard outcomes.count(where: { $0 }) == 1 else {
            throw mapping.refusal(
                try mapping.required("title"),
                "an example has either 'samples', a 'failure' or 'status: true'")
        }
        return example
    }

    /// As text, or in hexadecimal digits.
    private func payload() throws(ProfileError) -> [UInt8] {
        guard let node = mapping.node("hex") else {
            let text = try mapping.required("payload") { node throws(ScalarError) in
                // An empty payload is one to try, though a null scalar reads the same.
                node.isNull ? "" : try node.string()
            }
            return Array(text.utf8)
        }
        let text = try mapping.scalar(node) { node throws(ScalarError) in try node.string() }
        var bytes: [UInt8] = []
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") }
        guard mapping.node("payload") == nil, TextCoding.appendHex(digits.span, to: &bytes) else {
            throw mapping.refusal(
                node, "expected pairs of hexadecimal digits, in place of 'payload'")
        }
        return bytes
    }

    private func port() throws(ProfileError) -> Int {
        let port = try mapping.value("port") { node throws(ScalarError) in try node.int() } ?? 0
        guard (0...255).contains(port) else {
            throw mapping.refusal(try mapping.required("port"), "ports count from 0 to 255")
        }
        return Int(port)
    }

    private func samples() throws(ProfileError) -> [ProfileExample.Expectation] {
        guard let node = mapping.node("samples") else { return [] }
        var samples: [ProfileExample.Expectation] = []
        for sample in try mapping.list(node) { samples.append(try expectation(sample)) }
        return samples
    }

    private func expectation(_ node: Node) throws(ProfileError) -> ProfileExample.Expectation {
        let sample = try StrictMapping(
            node, of: mapping.file,
            keys: ["time", "sequence", "device", "notes"], orTargets: true)
        var values: [FieldTarget: Double] = [:]
        var markers: [FieldTarget: Marker] = [:]
        for (name, _, node) in sample.keys {
            guard let target = FieldTarget(name: name) else { continue }
            if let word = try? node.string(), let marker = Marker(name: word) {
                markers[target] = marker
            } else {
                values[target] = try sample.scalar(node) { node throws(ScalarError) in
                    try node.double()
                }
            }
        }
        return ProfileExample.Expectation(
            time: try sample.instant("time"),
            sequence: try sample.value("sequence") { node throws(ScalarError) in
                try node.int()
            },
            device: try sample.value("device") { node throws(ScalarError) in try node.string() },
            values: values, markers: markers, notes: try notes(sample))
    }

    private func notes(_ sample: StrictMapping) throws(ProfileError) -> ReadingNotes {
        var notes: ReadingNotes = []
        guard let node = sample.node("notes") else { return notes }
        for node in try sample.list(node) {
            notes.formUnion(try sample.word(node, among: ReadingNotes.names) { $0.name }.note)
        }
        return notes
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

extension StrictMapping {
    fileprivate func instant(_ key: String) throws(ProfileError) -> Timestamp? {
        try value(key) { node throws(ScalarError) in
            guard let instant = RFC3339.parse(try node.string()) else {
                throw node.mismatch("a time such as 2026-11-20T12:00:00Z")
            }
            return Timestamp(milliseconds: instant)
        }
    }
}
