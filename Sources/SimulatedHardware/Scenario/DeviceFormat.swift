import ColdChain

/// What a fleet's devices send, by the name a scenario gives it.
package enum DeviceFormat: String, CaseIterable, Sendable {
    /// A sensor in a bag that sends plain JSON over MQTT by itself.
    case genericBag = "generic-bag"
    /// A tracker that sends plain JSON over MQTT by itself.
    case genericTracker = "generic-tracker"
    /// RuuviTags in bags, heard by Ruuvi Gateways.
    case ruuviGateway = "ruuvi-gateway"
    /// Dragino LHT65N sensors with a probe, behind The Things Stack.
    case draginoLHT65N = "tts-dragino-lht65n"
    /// Vehicle trackers of Teltonika with wired and Bluetooth thermometers.
    case teltonika = "teltonika-codec8e"
    /// Phones of riders.
    case ownTracks = "owntracks"
}

extension DeviceFormat {
    var carrierKind: CarrierKind {
        switch self {
        case .genericBag, .ruuviGateway, .draginoLHT65N: .bag
        case .genericTracker, .teltonika, .ownTracks: .vehicle
        }
    }

    /// Whether air is measured.
    var hasThermometer: Bool {
        switch self {
        case .genericBag, .ruuviGateway, .draginoLHT65N, .teltonika: true
        case .genericTracker, .ownTracks: false
        }
    }

    var hasReceiver: Bool {
        switch self {
        case .genericTracker, .teltonika, .ownTracks: true
        case .genericBag, .ruuviGateway, .draginoLHT65N: false
        }
    }

    /// Whether what is measured while offline is kept and sent later. Adverts and LoRaWAN uplinks
    /// that nobody hears are gone.
    var keepsWhatItCannotSend: Bool {
        switch self {
        case .genericBag, .genericTracker, .teltonika, .ownTracks: true
        case .ruuviGateway, .draginoLHT65N: false
        }
    }

    /// The topic of a fleet that names none.
    var topic: String {
        switch self {
        case .genericBag: "bags/{name}/readings"
        case .genericTracker: "vehicles/{name}/location"
        case .ruuviGateway: "ruuvi/{gateway}/{address}"
        case .draginoLHT65N: "v3/{application}/devices/{name}/up"
        case .teltonika: "teltonika/{address}/codec"
        case .ownTracks: "owntracks/{name}"
        }
    }

    /// The names of a fleet that names none; nil where devices have only an address.
    var names: String? {
        switch self {
        case .genericBag: "BAG-{n:4}"
        case .genericTracker: "VAN-{n:4}"
        case .draginoLHT65N: "lht65n-{n:4}"
        case .ownTracks: "rider-{n}/phone"
        case .ruuviGateway, .teltonika: nil
        }
    }

    /// The addresses of a fleet that tells none; nil where devices have only a name.
    var addresses: String? {
        switch self {
        case .ruuviGateway: "F4:1F:0C:28:{n:4x}"
        case .draginoLHT65N: "A8404101{n:8x}"
        case .teltonika: "35209308{n:7}"
        case .genericBag, .genericTracker, .ownTracks: nil
        }
    }

    var addressForm: AddressForm? {
        switch self {
        case .ruuviGateway: .hexadecimal(bytes: 6)
        case .draginoLHT65N: .hexadecimal(bytes: 8)
        case .teltonika: .decimal(digits: 15)
        case .genericBag, .genericTracker, .ownTracks: nil
        }
    }

    /// The gateways of a fleet that names none; empty where no gateway is between.
    var gateways: [String] {
        switch self {
        case .ruuviGateway: ["C8:25:2D:8E:9C:2C", "F4:D9:16:FE:4F:AD"]
        case .draginoLHT65N: ["kitchen-roof", "depot-mast"]
        case .genericBag, .genericTracker, .teltonika, .ownTracks: []
        }
    }

    /// The faults that devices of the format can have.
    var faults: [Fault] {
        switch self {
        case .genericBag: [.offline, .deadProbe, .clockUnset, .reboot, .lowBattery]
        case .genericTracker: [.offline, .clockUnset, .reboot, .lowBattery]
        case .ruuviGateway:
            [.offline, .deadProbe, .clockUnset, .duplicateGateways, .reboot, .lowBattery]
        case .draginoLHT65N:
            [.offline, .deadProbe, .clockUnset, .duplicateGateways, .reboot, .lowBattery]
        case .teltonika: [.offline, .deadProbe, .clockUnset, .lowBattery]
        case .ownTracks: [.offline, .clockUnset, .lowBattery]
        }
    }
}

/// How an address is written.
enum AddressForm: Equatable, Sendable {
    /// Two hexadecimal digits a byte, with or without `:` between.
    case hexadecimal(bytes: Int)
    case decimal(digits: Int)

    var description: String {
        switch self {
        case .hexadecimal(let bytes): "\(bytes * 2) hexadecimal digits"
        case .decimal(let digits): "\(digits) decimal digits"
        }
    }

    /// The bytes of an address, or its digits where it is a decimal one; nil for other text.
    func bytes(_ text: String) -> [UInt8]? {
        switch self {
        case .decimal(let digits):
            let bytes = Array(text.utf8)
            let areDigits = bytes.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            return bytes.count == digits && areDigits ? bytes : nil
        case .hexadecimal(let count):
            let digits = text.filter { $0 != ":" }.utf8.map { Self.value(ofDigit: $0) }
            guard digits.count == count * 2 else { return nil }
            var bytes: [UInt8] = []
            for index in 0..<count {
                guard let high = digits[2 * index], let low = digits[2 * index + 1] else {
                    return nil
                }
                bytes.append(high << 4 | low)
            }
            return bytes
        }
    }

    private static func value(ofDigit digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
