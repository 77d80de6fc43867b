import ColdChain
import Wire

/// What a device is called, by itself, by the log and by those it is heard by.
struct DeviceIdentity: Sendable {
    /// Empty where it has only an address.
    var name: String
    /// Its bytes; of an IMEI the digits. Empty where it has only a name.
    var address: [UInt8]
    /// As topics and payloads write it.
    var addressText: String
    /// As the log calls it.
    var device: String
    var carrier: Carrier
    /// One for each gateway that its topic names; elsewhere a single one.
    var topics: [String]
}

extension FleetPlan {
    /// The device of that number, counted from 1.
    func identity(_ number: Int) -> DeviceIdentity {
        let name = names?.text(number: number) ?? ""
        let told = addresses?.text(number: number) ?? ""
        let address = format.addressForm?.bytes(told) ?? []
        let addressText: String
        let device: String
        switch format {
        case .ruuviGateway:
            addressText = Self.written(address)
            device = hexadecimal(address).uppercased()
        case .draginoLHT65N:
            addressText = hexadecimal(address).uppercased()
            device = addressText
        case .teltonika:
            addressText = told
            device = told
        case .genericBag, .genericTracker, .ownTracks:
            addressText = told
            device = name
        }
        let carrier = Carrier(carrierKind, named: carrierNames?.text(number: number) ?? device)
        let heardBy = topic.names("gateway") ? gateways : [""]
        let topics = heardBy.map { gateway in
            topic.text(
                number: number,
                words: [
                    "name": name, "address": addressText, "gateway": gateway,
                    "application": application,
                ])
        }
        return DeviceIdentity(
            name: name, address: address, addressText: addressText, device: device,
            carrier: carrier, topics: topics)
    }

    /// `F4:1F:0C:28:CB:D6`.
    private static func written(_ address: [UInt8]) -> String {
        address.map { hexadecimal([$0]).uppercased() }.joined(separator: ":")
    }
}
