/// A key of a scenario file, as the reader knows it and as the help shows it.
package struct ScenarioKey: Sendable {
    package var name: String
    /// What may stand there.
    package var value: String
    package var purpose: String
    /// The formats whose fleets have it; nil for all.
    var formats: [DeviceFormat]?

    init(_ name: String, _ value: String, _ purpose: String, of formats: [DeviceFormat]? = nil) {
        self.name = name
        self.value = value
        self.purpose = purpose
        self.formats = formats
    }

    func applies(to format: DeviceFormat) -> Bool { formats?.contains(format) ?? true }
}

/// Every key of a scenario file. The reader refuses what is not here, and the help prints it all.
package enum ScenarioKeys {
    private static let thermometers = DeviceFormat.allCases.filter(\.hasThermometer)
    private static let receivers = DeviceFormat.allCases.filter(\.hasReceiver)

    static let file = [
        ScenarioKey("seed", "whole number", "The same seed gives the same bytes (1)."),
        ScenarioKey("duration", "duration", "How long the run is, in its own time; needed."),
        ScenarioKey(
            "speed", "number or 'as fast as possible'",
            "Seconds of the run in a second of the wall clock (1)."),
        ScenarioKey(
            "start", "RFC 3339",
            "The time of the first instant (one by which the run ends when it is played)."),
        ScenarioKey("broker", "mapping", "Where to publish (localhost, 1883)."),
        ScenarioKey("fleets", "list", "Devices of one format each; needed."),
    ]

    static let broker = [
        ScenarioKey("host", "text", "The broker."),
        ScenarioKey("port", "1…65535", "Its port."),
    ]

    static let fleet = [
        ScenarioKey(
            "format", "name",
            DeviceFormat.allCases.map(\.rawValue).joined(separator: ", ") + "; needed."),
        ScenarioKey("count", "1…100000", "How many devices (1)."),
        ScenarioKey("interval", "1s…1d", "Between two readings of a device; needed."),
        ScenarioKey(
            "names", "pattern", "Names such as BAG-{n:4}: {n} is the number, {n:4x} hexadecimal.",
            of: DeviceFormat.allCases.filter { $0.names != nil }),
        ScenarioKey(
            "addresses", "pattern", "Hardware addresses, DevEUIs or IMEIs such as A8404101{n:8x}.",
            of: DeviceFormat.allCases.filter { $0.addresses != nil }),
        ScenarioKey(
            "topic", "pattern", "With {name}, {address}, {gateway}, {application} as there are."),
        ScenarioKey("carrier", "bag or vehicle", "What a device is fixed to (by its format)."),
        ScenarioKey(
            "carrier_names", "pattern",
            "What the registry calls it (as the device): for the truth, nothing is sent of it."),
        ScenarioKey(
            "gateways", "list", "1 to 8 addresses or ids; the second hears duplicates.",
            of: DeviceFormat.allCases.filter { !$0.gateways.isEmpty }),
        ScenarioKey(
            "application", "text", "Application and tenant (lunch-rush@ttn).",
            of: [.draginoLHT65N]),
        ScenarioKey(
            "crc_framing", "true or false", "Frames with length and checksum, as by TCP (false).",
            of: [.teltonika]),
        ScenarioKey(
            "wired_probes", "0…4", "Dallas thermometers of a tracker (1).", of: [.teltonika]),
        ScenarioKey(
            "bluetooth_probes", "0…4", "Bluetooth thermometers of a tracker (1).", of: [.teltonika]),
        ScenarioKey("physics", "mapping", "How air and vehicles behave."),
        ScenarioKey("faults", "mapping", "What goes wrong, each one occurrence or a list of them."),
    ]

    static let physics = [
        ScenarioKey(
            "temperature", "number or [low, high]", "Of the air at the start, in °C ([1, 4]).",
            of: thermometers),
        ScenarioKey("ambient", "number", "Of the air outside, in °C (21).", of: thermometers),
        ScenarioKey(
            "insulation", "duration", "Until a difference is down to 1/e, closed (150m).",
            of: thermometers),
        ScenarioKey(
            "opened", "occurrences", "When the lid or the door stands open.", of: thermometers),
        ScenarioKey(
            "route", "list of [latitude, longitude]", "Driven round and round (a town's streets).",
            of: receivers),
        ScenarioKey("speed", "number", "Cruising speed in km/h (30).", of: receivers),
    ]

    static let occurrence = [
        ScenarioKey("probability", "0…1", "Of a device's having it at all (1)."),
        ScenarioKey("at", "duration", "After the start (an instant drawn for each device)."),
        ScenarioKey("for", "duration", "How long (to the end of the run); not for a reboot."),
    ]

    static func purpose(of fault: Fault) -> String {
        switch fault {
        case .offline:
            "Out of reach: what can be kept is sent later, adverts and uplinks are lost."
        case .deadProbe: "The probe answers nothing: the format's own marker is sent."
        case .clockUnset:
            "The clock was never set: 1970, Teltonika 2004; Ruuvi Gateway sends cnt, a LoRaWAN "
                + "gateway no time."
        case .duplicateGateways:
            "Two gateways hear it: two adverts, or one uplink with two receptions."
        case .reboot: "The running number begins again at 0."
        case .lowBattery: "The battery is nearly empty."
        }
    }

    /// All of it, for the help of the command.
    package static var help: String {
        var text = "Keys of a scenario file (durations such as 30s, 5m; defaults in brackets):\n"
        append("", file, to: &text)
        append("broker.", broker, to: &text)
        append("fleets[].", fleet, to: &text)
        append("fleets[].physics.", physics, to: &text)
        text += "\nFaults, and the formats that can have them:\n"
        for fault in Fault.allCases {
            let formats = DeviceFormat.allCases.filter { $0.faults.contains(fault) }
            let names =
                formats.count == DeviceFormat.allCases.count
                ? "all" : formats.map(\.rawValue).joined(separator: ", ")
            text += "  fleets[].faults.\(fault.rawValue)\n      \(purpose(of: fault))\n"
            text += "      Of: \(names).\n"
        }
        text += "\nAn occurrence, of a fault or of opening:\n"
        append("", occurrence, to: &text)
        return text
    }

    private static func append(_ prefix: String, _ keys: [ScenarioKey], to text: inout String) {
        for key in keys {
            text += "  \(prefix)\(key.name): \(key.value)\n      \(key.purpose)"
            if let formats = key.formats {
                text += " Only \(formats.map(\.rawValue).joined(separator: ", "))."
            }
            text += "\n"
        }
    }
}
