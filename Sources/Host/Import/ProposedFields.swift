import DeviceCodecs
import JSONText

/// The fields that the outputs of a codec's examples have together, as a person may confirm them.
struct ProposedFields: Sendable {
    struct Field: Equatable, Sendable {
        var target: FieldTarget
        var path: [String]
        var unit: FieldUnit
        /// What the first example with the field has.
        var value: String
    }

    private(set) var fields: [Field] = []
    private(set) var time: FieldMap.Time?
    /// An array of readings with the same fields.
    private(set) var rows: [String]?
    /// What was seen and is left to a person.
    private(set) var remarks: [String] = []

    /// The bound of `FieldTarget` on probes, and so on fields.
    private static let most = FieldTarget.probes

    init(outputs: [[UInt8]]) throws(ImportError) {
        do throws(JSONSyntaxError) {
            var document = try JSONDocument()
            for output in outputs {
                guard let root = try? document.read(output.span) else { continue }
                take(AnswerProposal(document, root))
            }
        } catch {
            throw ImportError("there is no memory to look at the examples")
        }
        dropHalfPosition()
    }

    private mutating func take(_ proposal: AnswerProposal) {
        for field in proposal.fields { take(field) }
        if time == nil, let time = proposal.time, !isTaken(time.path.names) { self.time = time }
        guard let rows = proposal.rows, self.rows == nil else { return }
        let paths = Set(rows.fields.map(\.path))
        if fields.isEmpty {
            for field in rows.fields { take(field) }
            time = rows.time
        } else if !paths.isSubset(of: Set(fields.map(\.path))) {
            let remark =
                "the rows at '\(rows.path.joined(separator: "."))' have other fields and are not read"
            if !remarks.contains(remark) { remarks.append(remark) }
            return
        }
        self.rows = rows.path
    }

    private mutating func take(_ proposal: FieldProposal) {
        guard !isTaken(proposal.path), fields.count < Self.most else { return }
        var target = proposal.target
        if case .measurement(let quantity, _) = target {
            var probe = proposal.probe
            while fields.contains(where: { $0.target == .measurement(quantity, probe: probe) }) {
                probe += 1
            }
            target = .measurement(quantity, probe: probe)
        } else if fields.contains(where: { $0.target == target }) {
            return
        }
        fields.append(
            Field(
                target: target, path: proposal.path, unit: proposal.unit, value: proposal.value))
    }

    private func isTaken(_ path: [String]) -> Bool {
        fields.contains { $0.path == path } || time?.path.names == path
    }

    /// A position needs both of its numbers.
    private mutating func dropHalfPosition() {
        let targets = fields.map(\.target)
        guard !targets.contains(.latitude) || !targets.contains(.longitude) else { return }
        fields.removeAll { field in
            if case .measurement = field.target { return false }
            return true
        }
    }

    var isLocated: Bool { fields.contains { $0.target == .latitude } }
}
