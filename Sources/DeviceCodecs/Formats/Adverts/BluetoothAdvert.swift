import ColdChain

/// Adverts of Bluetooth sensors, as gateways relay them: the whole AD payload.
///
/// Each AD structure is given to the family that its company or its UUID names; what they say
/// together is one sample. Structures of no known family are passed over.
enum BluetoothAdvert {
    /// The most bytes that an advert has, extended and in several parts (Bluetooth Core
    /// Specification, volume 6, part B, 2.3.4.9).
    static let longest = 1650

    /// Adds the advert's measurements to the batch and what else it says to the sample, which the
    /// caller closes. Answers whether any family recognised it: other people's beacons are no error.
    ///
    /// Throws where a family recognised its own and could not read it, and nothing else was read;
    /// otherwise such a part is rejected, and costs only itself.
    static func decode(
        _ advert: Span<UInt8>, _ sample: inout AdvertSample, _ memory: inout AdvertMemory,
        into batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        guard advert.count <= longest else {
            throw DecodingFailure(.tooLarge, detail: "an advert of \(advert.count) bytes")
        }
        let name = advert.extracting(localName(advert))
        var elements = AdvertElements()
        var isRecognised = false
        var failure: DecodingFailure?
        while let element = elements.next(in: advert) {
            sample.beginPart(in: batch)
            do throws(DecodingFailure) {
                let data = advert.extracting(element.data)
                guard try decode(element.kind, data, name, &sample, &memory, &batch) else {
                    continue
                }
                isRecognised = true
                guard element.isWhole else {
                    throw DecodingFailure(.truncatedFrame, detail: "an advert that was cut short")
                }
                sample.endPart(in: &batch)
            } catch {
                isRecognised = true
                batch.measurements.removeLast(batch.measurements.count - sample.partStart)
                failure = failure ?? error
            }
        }
        if let failure {
            guard sample.start < batch.measurements.count || sample.draft.position != nil else {
                throw failure
            }
            batch.reject(row: sample.row, failure.reason)
        }
        return isRecognised
    }

    private static func localName(_ advert: Span<UInt8>) -> Range<Int> {
        var elements = AdvertElements()
        while let element = elements.next(in: advert) {
            if element.kind == .name { return element.data }
        }
        return 0..<0
    }

    private static func decode(
        _ kind: AdvertElement.Kind, _ data: Span<UInt8>, _ name: Span<UInt8>,
        _ sample: inout AdvertSample, _ memory: inout AdvertMemory, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        switch kind {
        case .name:
            false
        case .manufacturerData(let company):
            try manufacturer(company, data, name, &sample, &memory, &batch)
        case .serviceData(let service):
            try self.service(service, data, name, &sample, &memory, &batch)
        }
    }

    private static func manufacturer(
        _ company: UInt16, _ data: Span<UInt8>, _ name: Span<UInt8>,
        _ sample: inout AdvertSample, _ memory: inout AdvertMemory, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        switch company {
        case Ruuvi.company: try Ruuvi.decode(data, &sample, &memory, &batch)
        case ELA.company: try ELA.decode(data, &sample, &batch)
        case TeltonikaEYE.company: try TeltonikaEYE.decode(data, &sample, &batch)
        case Minew.company: try Minew.decodeManufacturerData(data, &sample, &batch)
        case Efento.company: try Efento.decode(data, &sample, &batch)
        default: false
        }
    }

    private static func service(
        _ service: UInt16, _ data: Span<UInt8>, _ name: Span<UInt8>,
        _ sample: inout AdvertSample, _ memory: inout AdvertMemory, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        switch service {
        case BTHome.service: try BTHome.decode(data, &sample, &memory, &batch)
        case BTHomeV1.service: try BTHomeV1.decode(data, &sample, &batch)
        case BTHomeV1.encryptedService:
            try BTHomeV1.decodeEncrypted(data, &sample, &memory, &batch)
        case ATC.service: try ATC.decode(data, &sample, &memory, &batch)
        case Minew.service: try Minew.decodeServiceData(data, &sample, &batch)
        case KKM.service:
            if try KKM.decode(data, &sample, &batch) {
                true
            } else {
                try RuuviURL.decode(data, &sample, &batch)
            }
        default: try GATTCharacteristic.decode(service, data, &sample, &batch)
        }
    }
}
