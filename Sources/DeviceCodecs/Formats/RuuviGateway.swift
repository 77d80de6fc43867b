package import ColdChain
package import JSONText

/// Ruuvi Gateway: `<prefix>/<gateway>/<tag>`, one advert a message, and `<prefix>/<gateway>/gw_status`.
///
/// `{"gw_mac", "rssi", "aoa", "gwts", "ts", "data", "coords"}`: `data` is the AD payload in
/// hexadecimal digits, `ts` the second in which it was received and `gwts` that in which it was sent
/// on, as text or as numbers. Without a synchronised clock a count `cnt` stands in their place. The
/// gateway may add what it decoded, or leave out `data` and send only that; its own decoding is used
/// where there is nothing else. The body that it sends over HTTP, `{"data": {"tags": {address: row}}}`
/// with the time in `timestamp`, is read as well. Source: Ruuvi's gateway data formats.
///
/// The device is the tag of the topic, whatever the payload says of it.
package enum RuuviGateway {
    /// The highest pressure that a sensor of Ruuvi's can tell, in Pa. Beyond it the 50 kPa that the
    /// wire leaves out were added twice.
    private static let highestPressure: Double = 115_534

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>,
        _ message: MessageContext, _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "a Ruuvi Gateway sends an object")
        }
        let body = document.member("data", of: root).flatMap { document.isObject($0) ? $0 : nil }
        if let tags = document.member("tags", of: body ?? root) {
            decodeTags(document, tags, message, &frames, into: &batch)
        } else {
            let row = RelayedRow(node: root, number: 0)
            try decode(
                document, row, time: "ts", from: address(ofTopic: topic), message, &frames,
                into: &batch)
        }
        batch.noteStatusIfEmpty()
    }

    /// Rows by the addresses of their tags.
    private static func decodeTags(
        _ document: borrowing JSONDocument, _ tags: JSONDocument.Node, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) {
        var next = document.firstChild(of: tags)
        var number = 0
        while let node = next {
            do throws(DecodingFailure) {
                guard let address = BluetoothAddress(document.name(of: node)) else {
                    throw DecodingFailure(.missingField, detail: "the address of a tag")
                }
                let row = RelayedRow(node: node, number: number)
                try decode(
                    document, row, time: "timestamp", from: address, message, &frames, into: &batch)
            } catch {
                batch.reject(row: number, error.reason)
            }
            number += 1
            next = document.sibling(of: node, in: tags)
        }
    }

    private static func decode(
        _ document: borrowing JSONDocument, _ row: RelayedRow, time: StaticString,
        from address: BluetoothAddress?, _ message: MessageContext, _ frames: inout FrameRouter,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        var draft = SampleDraft()
        guard
            draft.takeTime(
                GatewayTime(document.member(time, of: row.node), in: document), message)
        else { throw DecodingFailure(.invalidTime, detail: "the gateway's time of an advert") }
        switch frames.takeFrame("data", of: row, document) {
        case true?:
            let isKnown = try frames.decodeAdvert(
                from: address, row: row.number, draft, message, into: &batch)
            if !isKnown, !addDecoded(document, row, from: address, draft, message, into: &batch) {
                batch.foreignFrames += 1
            }
        case false?:
            throw DecodingFailure(.badEncoding, detail: "an advert that is not hexadecimal")
        case nil:
            addDecoded(document, row, from: address, draft, message, into: &batch)
        }
    }

    /// Takes what the gateway decoded; false where it decoded nothing.
    @discardableResult
    private static func addDecoded(
        _ document: borrowing JSONDocument, _ row: RelayedRow, from address: BluetoothAddress?,
        _ draft: SampleDraft, _ message: MessageContext, into batch: inout SampleBatch
    ) -> Bool {
        var sample = AdvertSample(draft, from: address, row: row.number, message, in: batch)
        sample.takeAddress(row.address("id", document))
        row.add(.temperature, "temperature", document, into: &batch)
        row.add(.humidity, "humidity", document, into: &batch)
        addPressure(document, row, into: &batch)
        row.add(.batteryVoltage, "voltage", document, into: &batch)
        row.add(.particulates, "PM2.5", document, into: &batch)
        row.add(.carbonDioxide, "CO2", document, into: &batch)
        sample.draft.sequence = document.integer(
            document.member("measurementSequenceNumber", of: row.node))
        let isDecoded = sample.start < batch.measurements.count
        sample.close(into: &batch)
        return isDecoded
    }

    private static func addPressure(
        _ document: borrowing JSONDocument, _ row: RelayedRow, into batch: inout SampleBatch
    ) {
        guard let node = document.member("pressure", of: row.node) else { return }
        if let pascals = document.number(node), pascals > highestPressure {
            batch.add(.pressure, .overRange)
        } else {
            row.add(.pressure, "pressure", document, into: &batch)
        }
    }

    /// The last level of the topic, where it is an address.
    private static func address(ofTopic topic: Span<UInt8>) -> BluetoothAddress? {
        BluetoothAddress(topic.extracting(topic.startOfLastLevel..<topic.count))
    }
}
