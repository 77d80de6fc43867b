package import ColdChain
package import Crypto

/// Bluetooth adverts, which gateways relay whole or in parts. `frame` holds the AD payload.
extension FrameRouter {
    /// From now on the encrypted adverts of the device are opened with these 16 bytes, its "bind
    /// key"; nil forgets it. The key is kept out of every description.
    package mutating func setKey(
        _ key: Secret?, ofDevice name: Span<UInt8>
    ) throws(AdvertKeyError) {
        try adverts.setKey(key, ofDevice: name)
    }

    /// From now on these are all the keys there are. What is known of a device whose key is the same
    /// as before is kept.
    package mutating func setKeys(_ keys: [AdvertKey]) throws(AdvertKeyError) {
        try adverts.setKeys(keys)
    }

    /// Whether encrypted adverts may be older than others that were heard: where messages that were
    /// received before are decoded once more, which is no replay by a stranger.
    package var takesOldCounters: Bool {
        get { adverts.takesOldCounters }
        set { adverts.takesOldCounters = newValue }
    }

    /// Decodes an advert that is a message of its own.
    package mutating func decodeAdvert(
        _ advert: Span<UInt8>, from address: BluetoothAddress? = nil, _ draft: SampleDraft,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        frame.removeAll(keepingCapacity: true)
        for index in advert.indices { frame.append(advert[index]) }
        return try decodeAdvert(from: address, row: 0, draft, message, into: &batch)
    }

    /// Decodes `frame`, relayed in a row of a gateway's message. Answers whether it was of a known
    /// family; what it then says of quantities that the log has becomes a sample.
    mutating func decodeAdvert(
        from address: BluetoothAddress?, row: Int, _ draft: SampleDraft,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        var sample = AdvertSample(draft, from: address, row: row, message, in: batch)
        // Held by a name of its own, without a copy: the router's other parts change meanwhile.
        let advert = frame
        guard try BluetoothAdvert.decode(advert.span, &sample, &adverts, into: &batch) else {
            return false
        }
        sample.close(into: &batch)
        return true
    }

    /// Decodes manufacturer data that came without the rest of its advert.
    package mutating func decodeManufacturerData(
        company: UInt16, _ data: Span<UInt8>, name: Span<UInt8>,
        from address: BluetoothAddress?, _ draft: SampleDraft, _ message: MessageContext,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        frame.removeAll(keepingCapacity: true)
        appendElement(0xFF, number: company, data)
        appendElement(0x09, number: nil, name)
        return try decodeAdvert(from: address, row: 0, draft, message, into: &batch)
    }

    /// Decodes service data that came without the rest of its advert, or with the manufacturer data
    /// beside it, which begins with the company.
    package mutating func decodeServiceData(
        _ service: UInt16, _ data: Span<UInt8>, manufacturerData: Span<UInt8> = Span(),
        name: Span<UInt8>, from address: BluetoothAddress?, _ draft: SampleDraft,
        _ message: MessageContext, into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        frame.removeAll(keepingCapacity: true)
        appendElement(0x16, number: service, data)
        appendElement(0xFF, number: nil, manufacturerData)
        appendElement(0x09, number: nil, name)
        return try decodeAdvert(from: address, row: 0, draft, message, into: &batch)
    }

    /// Adds an AD structure to `frame`, unless there is nothing in it or more than one can hold.
    mutating func appendElement(_ type: UInt8, number: UInt16?, _ data: Span<UInt8>) {
        guard !data.isEmpty,
            let length = UInt8(exactly: 1 + (number == nil ? 0 : 2) + data.count)
        else { return }
        frame.append(length)
        frame.append(type)
        if let number {
            frame.append(UInt8(truncatingIfNeeded: number))
            frame.append(UInt8(truncatingIfNeeded: number >> 8))
        }
        for index in data.indices { frame.append(data[index]) }
    }

    /// Adds the payload of a scan response, in hexadecimal digits, to the advert in `frame`, in the
    /// place of the zeros that fill it up. False for other text.
    mutating func appendScanResponse(hexadecimal response: Span<UInt8>) -> Bool {
        frame.removeLast(frame.count - AdvertElements.end(of: frame.span))
        return TextCoding.appendHex(response, to: &frame)
    }
}
