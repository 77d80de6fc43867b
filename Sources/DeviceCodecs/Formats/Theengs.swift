package import ColdChain
package import JSONText

/// Theengs Gateway and OpenMQTTGateway: `…/BTtoMQTT/<address>`, one object an advert, without a time.
///
/// `id` is the address. Undecoded parts of the advert: `manufacturerdata` (with the company),
/// `servicedata` and `servicedatauuid` (`0x181a`, `181a` or the long form; older ones leave it out),
/// `name`. Decoded values
/// are flat: `tempc`, or `tempf` alone, `tempc2` to `tempc6` of further probes, `hum`, `batt` %,
/// `volt`, `pres` in hPa, `co2`, `pm25`, `packet`. The bytes are decoded here where they are known;
/// Theengs' values are used otherwise. Without an `id` it is the state of the gateway.
package enum Theengs {
    /// Of what Theengs numbers from 1; some models call their first probe `tempc1`.
    private static let celsius: InlineArray<6, StaticString> = [
        "tempc1", "tempc2", "tempc3", "tempc4", "tempc5", "tempc6",
    ]
    private static let fahrenheit: InlineArray<6, StaticString> = [
        "tempf1", "tempf2", "tempf3", "tempf4", "tempf5", "tempf6",
    ]

    package static func decode(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ message: MessageContext,
        _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) {
        guard document.isObject(root) else {
            throw DecodingFailure(.notAnObject, detail: "Theengs sends an object")
        }
        let row = RelayedRow(node: root, number: 0)
        guard let id = document.member("id", of: root) else {
            batch.isStatus = true
            return
        }
        guard let address = BluetoothAddress(document.text(id)) else {
            throw DecodingFailure(.missingField, detail: "'id' is no address")
        }
        var isKnown = false
        var failure: DecodingFailure?
        do throws(DecodingFailure) {
            isKnown = try decodeBytes(document, row, from: address, message, &frames, into: &batch)
            if !batch.samples.isEmpty { return }
        } catch {
            // Such as an advert without a key, which Theengs may have opened.
            failure = error
        }
        if addDecoded(document, row, from: address, message, into: &batch) { return }
        if let failure { throw failure }
        if !isKnown { batch.foreignFrames += 1 }
        batch.noteStatusIfEmpty()
    }

    /// Decodes the undecoded parts of the advert; false where they are of no known family.
    private static func decodeBytes(
        _ document: borrowing JSONDocument, _ row: RelayedRow, from address: BluetoothAddress,
        _ message: MessageContext, _ frames: inout FrameRouter, into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        frames.frame.removeAll(keepingCapacity: true)
        let told = document.member("servicedatauuid", of: row.node)
        let service =
            told.map { ServiceUUID.short(document.text($0)) } ?? BluetoothAdvert.untoldService
        try append(0x16, service, "servicedata", document, row, &frames)
        try append(0xFF, nil, "manufacturerdata", document, row, &frames)
        guard !frames.frame.isEmpty else { return false }
        if let name = document.member("name", of: row.node) {
            frames.appendElement(0x09, number: nil, document.text(name))
        }
        return try frames.decodeAdvert(
            from: address, row: row.number, SampleDraft(), message, into: &batch)
    }

    /// Adds an AD structure to the router's frame: its data is written there in hexadecimal digits.
    /// Service data of an unknown service is left out.
    private static func append(
        _ type: UInt8, _ service: UInt16?, _ name: StaticString,
        _ document: borrowing JSONDocument, _ row: RelayedRow, _ frames: inout FrameRouter
    ) throws(DecodingFailure) {
        guard let member = document.member(name, of: row.node), type == 0xFF || service != nil
        else {
            return
        }
        let text = document.text(member)
        let start = frames.frame.count
        // A placeholder for the length, which is known when the digits were read.
        frames.frame.append(0)
        frames.frame.append(type)
        if let service {
            frames.frame.append(UInt8(truncatingIfNeeded: service))
            frames.frame.append(UInt8(truncatingIfNeeded: service >> 8))
        }
        guard TextCoding.appendHex(text, to: &frames.frame) else {
            throw DecodingFailure(.badEncoding, detail: "the bytes of an advert")
        }
        guard !text.isEmpty, let length = UInt8(exactly: frames.frame.count - start - 1) else {
            frames.frame.removeLast(frames.frame.count - start)
            return
        }
        frames.frame[start] = length
    }

    /// Takes the values that Theengs decoded; false where there are none.
    private static func addDecoded(
        _ document: borrowing JSONDocument, _ row: RelayedRow, from address: BluetoothAddress,
        _ message: MessageContext, into batch: inout SampleBatch
    ) -> Bool {
        var sample = AdvertSample(
            SampleDraft(), from: address, row: row.number, message, in: batch)
        addTemperature(0, "tempc", "tempf", document, row, into: &batch)
        let hasMain = sample.start < batch.measurements.count
        for probe in celsius.indices where probe > 0 || !hasMain {
            addTemperature(probe, celsius[probe], fahrenheit[probe], document, row, into: &batch)
        }
        row.add(.humidity, "hum", document, into: &batch)
        row.add(.battery, "batt", document, into: &batch)
        row.add(.batteryVoltage, "volt", document, into: &batch)
        row.add(.pressure, "pres", times: 100, document, into: &batch)
        row.add(.carbonDioxide, "co2", document, into: &batch)
        row.add(.particulates, "pm25", document, into: &batch)
        sample.draft.sequence = document.integer(document.member("packet", of: row.node))
        let isDecoded = sample.start < batch.measurements.count || !batch.rejections.isEmpty
        sample.close(into: &batch)
        return isDecoded
    }

    /// Degrees Fahrenheit are the same value rounded once more: they serve only where they are alone.
    private static func addTemperature(
        _ probe: Int, _ celsius: StaticString, _ fahrenheit: StaticString,
        _ document: borrowing JSONDocument, _ row: RelayedRow, into batch: inout SampleBatch
    ) {
        if row.add(.temperature, probe: probe, celsius, document, into: &batch) { return }
        let start = batch.measurements.count
        guard row.add(.temperature, probe: probe, fahrenheit, document, into: &batch) else {
            return
        }
        for index in start..<batch.measurements.count {
            batch.measurements[index].value = (batch.measurements[index].value - 32) / 1.8
        }
    }
}

/// UUIDs as text.
enum ServiceUUID {
    /// What stands behind the short form in the long one.
    private static let base = "-0000-1000-8000-00805f9b34fb"

    /// The short form of a UUID such as `181a`, `0x181a` or
    /// `0000181a-0000-1000-8000-00805f9b34fb`; nil for those that have none.
    static func short(_ text: Span<UInt8>) -> UInt16? {
        var start = 0
        if text.count > 2, text[0] == UInt8(ascii: "0"), text[1] | 0x20 == UInt8(ascii: "x") {
            start = 2
        }
        var digits = text.extracting(start..<text.count)
        if digits.count == 36 {
            for (index, byte) in base.utf8.enumerated()
            where digits[8 + index] | 0x20 != byte | 0x20 {
                return nil
            }
            digits = digits.extracting(0..<8)
        }
        guard digits.count == 4 || digits.count == 8 else { return nil }
        var value: UInt32 = 0
        for index in digits.indices {
            guard let digit = TextCoding.nibble(digits[index]) else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return UInt16(exactly: value)
    }
}
