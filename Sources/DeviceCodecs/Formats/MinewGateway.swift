package import ColdChain
package import JSONText

/// Minew gateways (G1, MG3, MG4) and their rebrands: `/gw/{address}/status`, an array of rows.
///
/// The gateway's own row, `{"type": "Gateway", …}`, comes first. A row of a beacon has `mac` (with or
/// without colons), `timestamp` (RFC 3339 with or without zone, or milliseconds, by model), and the
/// AD payload in `rawData` or what the gateway decoded of it, or both: the payload is used where it
/// is known. Beside each decoded row of an S1 comes one of type `Unknown` with an empty `rawData`.
/// A bad row costs only itself. Source: messages of G1, MG3 and MG4 gateways.
package enum MinewGateway {
    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        if document.isObject(root) {
            decode(document, RelayedRow(node: root, number: 0), message, &frames, into: &batch)
        } else {
            guard document.isArray(root) else {
                throw DecodingFailure(.notAnObject, detail: "a Minew gateway sends an array")
            }
            var next = document.firstChild(of: root)
            var number = 0
            while let node = next {
                let row = RelayedRow(node: node, number: number)
                decode(document, row, message, &frames, into: &batch)
                number += 1
                next = document.sibling(of: node, in: root)
            }
        }
        batch.noteStatusIfEmpty()
    }

    private static func decode(
        _ document: borrowing JSONDocument, _ row: RelayedRow, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) {
        if document.isText(document.member("type", of: row.node), "Gateway")
            || document.member("gateway", of: row.node) != nil
        {
            return
        }
        guard let (address, draft) = row.beacon(document, message, into: &batch) else { return }
        var isForeign = false
        switch frames.takeFrame("rawData", of: row, document) {
        case true?:
            do throws(DecodingFailure) {
                let isKnown = try frames.decodeAdvert(
                    from: address, row: row.number, draft, message, into: &batch)
                if isKnown { return }
                isForeign = true
            } catch {
                batch.reject(row: row.number, error.reason)
            }
        case false?: batch.reject(row: row.number, .badEncoding)
        case nil: break
        }
        let isDecoded = addDecoded(document, row, from: address, draft, message, into: &batch)
        if isForeign, !isDecoded { batch.foreignFrames += 1 }
    }

    private static func addDecoded(
        _ document: borrowing JSONDocument, _ row: RelayedRow, from address: BluetoothAddress,
        _ draft: SampleDraft, _ message: MessageContext, into batch: inout SampleBatch
    ) -> Bool {
        let sample = AdvertSample(draft, from: address, row: row.number, message, in: batch)
        row.add(.temperature, "temperature", document, into: &batch)
        row.add(.humidity, "humidity", document, into: &batch)
        row.add(.battery, "battery", document, into: &batch)
        let isDecoded = sample.start < batch.measurements.count
        sample.close(into: &batch)
        return isDecoded
    }
}
