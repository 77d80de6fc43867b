package import ColdChain
package import JSONText

/// SenML packs as JSON (RFC 8428).
///
///     [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1320078429,"n":"temp","u":"Cel","v":27.2},
///      {"n":"humidity","u":"%RH","v":80}]
///
/// Base fields hold from their record on. A gateway sends several devices in one pack by changing
/// `bn`. Some devices send one object instead of the array, and milliseconds in `bt`. How names and
/// units are understood stands at `SenMLPack` and `SenMLTarget`.
package enum SenMLJSON {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        let before = batch.samples.count
        var pack = SenMLPack(message)
        var baseName: JSONDocument.Node?
        if document.isArray(root) {
            var row = 0
            var next = document.firstChild(of: root)
            while let record = next {
                next = document.sibling(of: record, in: root)
                try add(document, record, row: row, &baseName, &pack, &batch)
                row += 1
            }
        } else {
            guard document.isObject(root) else {
                throw DecodingFailure(.notAnObject, detail: "the message is no pack")
            }
            try add(document, root, row: 0, &baseName, &pack, &batch)
        }
        pack.finish(&batch)
        if batch.samples.count == before, batch.rejections.isEmpty { batch.isStatus = true }
    }

    private static func add(
        _ document: borrowing JSONDocument, _ object: JSONDocument.Node, row: Int,
        _ baseName: inout JSONDocument.Node?, _ pack: inout SenMLPack, _ batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(object) else { return batch.reject(row: row, .notAnObject) }
        var record = SenMLRecord()
        var seen: UInt16 = 0
        var name: JSONDocument.Node?
        var next = document.firstChild(of: object)
        while let node = next {
            next = document.sibling(of: node, in: object)
            let text = document.name(of: node)
            guard let label = SenMLLabel(text) else {
                if SenMLLabel.isMandatory(text) { record.fault = .unsupported }
                continue
            }
            record.note(label, among: &seen)
            switch label {
            case .baseName:
                baseName = node
                if !document.isText(node) { record.hasBrokenBase = true }
            case .name:
                name = node
                if !document.isText(node) { record.fault = .wrongType }
            case .baseUnit:
                record.baseUnit = SenMLUnit(document.text(node))
                if !document.isText(node) { record.hasBrokenBase = true }
            case .unit: record.unit = SenMLUnit(document.text(node))
            case .boolValue:
                record.value = document.bool(node).map { .bool($0) } ?? .notANumber
            case .textValue, .dataValue: record.value = .other
            case .value where !document.hasValue(node): break
            case .value, .time, .baseTime, .baseValue, .baseVersion:
                record.set(label, number: document.decimal(node))
            case .sum, .baseSum, .updateTime: break
            }
        }
        // A node that is no text has no bytes.
        let nameBytes = document.text(name ?? object)
        let baseBytes = document.text(baseName ?? object)
        try pack.add(record, baseName: baseBytes, name: nameBytes, row: row, into: &batch)
    }
}
