package import ColdChain
package import JSONText

/// MOKO gateways (MKGW series): `{"msg_id", "device_info": {"mac"}, "data": …}`.
///
/// Of `msg_id` 3070 the data is an array of rows `{"mac", "timestamp" in ms, "rssi", "adv_data",
/// "rsp_data"}`, the advert and its scan response in hexadecimal digits; of the older 3004 the rows
/// are `{"type", "value": {"mac", "timestamp", "rssi", "raw data" or "raw"}}`. Rows may carry what
/// the gateway decoded beside or instead of the bytes (`temperature`, `humidity`): it is used where
/// the bytes are not known. Other numbers are answers and the gateway's state. Source: how
/// barnowl-mokosmart and owners of gateways read these messages; MOKO's own page of the protocol was
/// not to be had.
package enum MokoGateway {
    /// Where the advert is, in newer and in older messages.
    private static let advertNames: InlineArray<3, StaticString> = ["adv_data", "raw data", "raw"]

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "a MOKO gateway sends an object")
        }
        guard document.member("msg_id", of: root) != nil else {
            throw DecodingFailure(.missingField, detail: "a MOKO message without 'msg_id'")
        }
        if let data = document.member("data", of: root), document.isArray(data) {
            var next = document.firstChild(of: data)
            var number = 0
            while let node = next {
                let value = document.member("value", of: node)
                let row = RelayedRow(node: value ?? node, number: number)
                decode(document, row, message, &frames, into: &batch)
                number += 1
                next = document.sibling(of: node, in: data)
            }
        }
        batch.noteStatusIfEmpty()
    }

    private static func decode(
        _ document: borrowing JSONDocument, _ row: RelayedRow, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) {
        guard let (address, draft) = row.beacon(document, message, into: &batch) else { return }
        guard takeAdvert(document, row, &frames) else {
            batch.reject(row: row.number, .badEncoding)
            return
        }
        var isForeign = false
        do throws(DecodingFailure) {
            let isKnown = try frames.decodeAdvert(
                from: address, row: row.number, draft, message, into: &batch)
            if isKnown { return }
            isForeign = true
        } catch {
            batch.reject(row: row.number, error.reason)
        }
        let sample = AdvertSample(draft, from: address, row: row.number, message, in: batch)
        row.add(.temperature, "temperature", document, into: &batch)
        row.add(.humidity, "humidity", document, into: &batch)
        if isForeign, sample.start == batch.measurements.count { batch.foreignFrames += 1 }
        sample.close(into: &batch)
    }

    /// Puts advert and scan response into the router's frame, which stays empty where there are
    /// none. False where one of them is not hexadecimal.
    private static func takeAdvert(
        _ document: borrowing JSONDocument, _ row: RelayedRow, _ frames: inout FrameRouter
    ) -> Bool {
        for index in advertNames.indices {
            let name = advertNames[index]
            guard let isHexadecimal = frames.takeFrame(name, of: row, document) else { continue }
            guard isHexadecimal else { return false }
            break
        }
        guard let response = document.member("rsp_data", of: row.node) else { return true }
        return frames.appendScanResponse(hexadecimal: document.text(response))
    }
}
