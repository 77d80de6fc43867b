import ColdChain

/// Adverts of Bluetooth sensors, as gateways relay them: the whole AD payload.
///
/// Each AD structure is given to the family that its company or its UUID names; what they say
/// together is one sample. Structures of no known family are passed over.
enum BluetoothAdvert {
    /// The most bytes that an advert has, extended and in several parts (Bluetooth Core
    /// Specification, volume 6, part B, 2.3.4.9).
    static let longest = 1650
    /// Stands for the UUID of service data that came without it. The number is nobody's.
    static let untoldService: UInt16 = 0

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
        let hints = Hints(advert)
        let name = advert.extracting(hints.name)
        var elements = AdvertElements()
        var isRecognised = false
        var failure: DecodingFailure?
        while let element = elements.next(in: advert) {
            sample.beginPart(in: batch)
            do throws(DecodingFailure) {
                let data = advert.extracting(element.data)
                guard try decode(element.kind, data, name, hints, &sample, &memory, &batch) else {
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

    /// What an advert says as a whole, by which the makers of some parts are known.
    private struct Hints {
        var name = 0..<0
        /// The model that a SwitchBot tells in its service data; 0 for none.
        var switchBotModel: UInt8 = 0

        init(_ advert: Span<UInt8>) {
            var elements = AdvertElements()
            while let element = elements.next(in: advert) {
                switch element.kind {
                case .name:
                    name = element.data
                case .serviceData(SwitchBot.service), .serviceData(SwitchBot.oldService):
                    if !element.data.isEmpty { switchBotModel = advert[element.data.lowerBound] }
                default: break
                }
            }
        }
    }

    private static func decode(
        _ kind: AdvertElement.Kind, _ data: Span<UInt8>, _ name: Span<UInt8>, _ hints: Hints,
        _ sample: inout AdvertSample, _ memory: inout AdvertMemory, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        switch kind {
        case .name:
            return false
        case .manufacturerData(let company):
            if try named(company, data, name, &batch) { return true }
            if company == SwitchBot.company {
                guard
                    SwitchBot.isMeter(model: hints.switchBotModel) || SwitchBot.isMeter(name: name)
                else { return false }
                return try SwitchBot.decodeManufacturerData(data, &sample, &batch)
            }
            return try manufacturer(company, data, name, &sample, &memory, &batch)
        case .serviceData(let service):
            return try self.service(service, data, &sample, &memory, &batch)
        }
    }

    /// Sensors that are known by their name alone: their values stand where the company belongs.
    private static func named(
        _ company: UInt16, _ data: Span<UInt8>, _ name: Span<UInt8>, _ batch: inout SampleBatch
    ) throws(DecodingFailure) -> Bool {
        if name.isEmpty { return false }
        if Inkbird.isName(name) {
            return try Inkbird.decode(company: company, data, name: name, &batch)
        }
        if ThermoPro.isName(name) {
            return try ThermoPro.decode(company: company, data, &batch)
        }
        if Mocreo.isName(name) { return try Mocreo.decode(company: company, data, &batch) }
        return false
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
        case Govee.company: Govee.decode(data, &batch)
        case Govee.secondCompany: Govee.decodeSecond(data, &batch)
        case Govee.borrowedCompany: Govee.decodeBorrowed(data, name: name, &batch)
        case BlueMaestro.company: try BlueMaestro.decode(data, &batch)
        case Sensirion.company: try Sensirion.decode(data, &batch)
        case IBeaconSensor.company: IBeaconSensor.decode(data, &batch)
        case ThermoBeacon.secondCompany: try ThermoBeacon.decodeSecond(data, &sample, &batch)
        case 0: Inkbird.decodeProbes(data, &sample, &batch)
        default:
            ThermoBeacon.isCompany(company) && ThermoBeacon.decode(data, &sample, &batch)
        }
    }

    private static func service(
        _ service: UInt16, _ data: Span<UInt8>, _ sample: inout AdvertSample,
        _ memory: inout AdvertMemory, _ batch: inout SampleBatch
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
        case untoldService:
            if AprilBrother.decode(data, &sample, &batch) {
                true
            } else {
                try MiBeacon.decodeUntold(data, &sample, &memory, &batch)
            }
        case MiBeacon.service: try MiBeacon.decode(data, &sample, &memory, &batch)
        case Qingping.service: try Qingping.decode(data, &sample, &batch)
        case SwitchBot.service, SwitchBot.oldService: try SwitchBot.decode(data, &batch)
        case MokoBeaconX.service: try MokoBeaconX.decode(data, &sample, &batch)
        case AprilBrother.service: AprilBrother.decode(data, &sample, &batch)
        case Relsib.services: Relsib.decode(service, data, &batch)
        default: try GATTCharacteristic.decode(service, data, &sample, &batch)
        }
    }
}
