package import ColdChain
package import JSONText

/// The devices of a Zigbee2MQTT bridge, retained on `zigbee2mqtt/bridge/devices` as one array, with
/// what each of them exposes.
///
///     [{"ieee_address":"0x00158d0001e8f1a2","friendly_name":"bag 7","definition":{
///       "model":"WSDCGQ11LM","vendor":"Aqara","exposes":[{"type":"numeric","name":"temperature",
///       "property":"temperature","unit":"°C","access":1,"value_min":-40,"value_max":85}]}}]
///
/// What is exposed may lie in features: those of a climate or a switch are published beside the
/// others, those of a composite inside an object of its name. Lists hold no measurements.
package enum Zigbee2MQTTDevices {
    /// No device nests what it exposes deeper.
    private static let deepest = 4

    /// The devices of a message, without the coordinator and what cannot be read.
    package static func read(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node
    ) throws(AnnouncementRefusal) -> [Zigbee2MQTTDevice] {
        guard document.isArray(root) else { throw .notAnObject }
        var devices: [Zigbee2MQTTDevice] = []
        var child = document.firstChild(of: root)
        while let node = child {
            if let device = device(document, node) { devices.append(device) }
            child = document.sibling(of: node, in: root)
        }
        return devices
    }

    private static func device(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node
    ) -> Zigbee2MQTTDevice? {
        guard let text = document.string(document.member("ieee_address", of: node)),
            let address = Announcement.address(in: text),
            let name = document.string(document.member("friendly_name", of: node)),
            !document.isText(document.member("type", of: node), "Coordinator"),
            (try? Announcement.checkName(name)) != nil
        else { return nil }
        var device = Zigbee2MQTTDevice(address: address, friendlyName: name)
        device.powerSource = document.string(document.member("power_source", of: node))
        device.isDisabled = document.bool(document.member("disabled", of: node)) ?? false
        guard let definition = document.member("definition", of: node) else { return device }
        device.model = document.string(document.member("model", of: definition))
        device.vendor = document.string(document.member("vendor", of: definition))
        if let exposes = document.member("exposes", of: definition) {
            add(document, exposes, behind: [], to: &device.properties)
        }
        return device
    }

    /// Adds the properties of an array of exposed features.
    private static func add(
        _ document: borrowing JSONDocument, _ features: JSONDocument.Node, behind path: [String],
        to properties: inout [Zigbee2MQTTDevice.Property]
    ) {
        guard path.count < deepest, document.isArray(features) else { return }
        var child = document.firstChild(of: features)
        while let node = child {
            child = document.sibling(of: node, in: features)
            let type = document.member("type", of: node)
            if document.isText(type, "numeric") || document.isText(type, "binary") {
                if let property = property(document, node, behind: path),
                    !properties.contains(where: { $0.path == property.path })
                {
                    properties.append(property)
                }
            } else if let inner = document.member("features", of: node) {
                // Only a composite is published as an object of its own.
                var path = path
                if document.isText(type, "composite") {
                    guard let name = document.string(document.member("property", of: node)),
                        !name.isEmpty
                    else { continue }
                    path.append(name)
                }
                add(document, inner, behind: path, to: &properties)
            }
        }
    }

    private static func property(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node, behind path: [String]
    ) -> Zigbee2MQTTDevice.Property? {
        guard let name = document.member("property", of: node),
            let meaning = Zigbee2MQTT.Property(document.text(name))
        else { return nil }
        let access = Int(document.integer(document.member("access", of: node)) ?? 1)
        guard access & 1 != 0 else { return nil }
        let unit = document.member("unit", of: node)
        // The voltage of the mains is in volts; that of a battery in millivolts.
        if meaning.quantity == .batteryVoltage, !document.isText(unit, "mV") { return nil }
        var property = Zigbee2MQTTDevice.Property(
            path: path + [String(decoding: document.text(name))], quantity: meaning.quantity,
            probe: meaning.probe, access: access)
        property.unit = unit.flatMap { FieldUnit(symbol: document.text($0)) }
        if let low = document.number(document.member("value_min", of: node)),
            let high = document.number(document.member("value_max", of: node)), low <= high
        {
            property.range = low...high
        }
        return property
    }
}

/// A device that a Zigbee2MQTT bridge knows.
package struct Zigbee2MQTTDevice: Equatable, Sendable {
    /// A value that it exposes and that the log keeps.
    package struct Property: Equatable, Sendable {
        package var path: [String]
        package var quantity: Quantity
        package var probe: Int
        /// As the bridge publishes it; nil where it names none, or one that is unknown.
        package var unit: FieldUnit?
        /// In that unit.
        package var range: ClosedRange<Double>?
        /// Bit 0: published; bit 1: can be set; bit 2: can be asked for.
        package var access: Int
    }

    /// Sixteen upper-case hexadecimal digits.
    package var address: String
    package var friendlyName: String
    package var model: String?
    package var vendor: String?
    package var powerSource: String?
    package var isDisabled = false
    package var properties: [Property] = []

    /// What it publishes on its topic under `base`, such as `zigbee2mqtt`; nothing while it is
    /// disabled.
    package func announcements(base: String) -> [Announcement] {
        let topic = "\(base)/\(friendlyName)"
        guard !isDisabled, (try? Announcement.checkTopic(topic)) != nil else { return [] }
        return properties.compactMap { property in
            guard let form = property.form else { return nil }
            return Announcement(
                stateTopic: topic, device: address, name: friendlyName,
                quantity: property.quantity, probe: property.probe, form: form,
                path: property.path, availabilityTopic: "\(topic)/availability")
        }
    }
}

extension Zigbee2MQTTDevice.Property {
    /// How it is written; nil where that takes a unit, and it is an unknown one.
    fileprivate var form: Announcement.Form? {
        switch (quantity, unit) {
        case (.temperature, .celsius), (.pressure, .hectopascals): .zigbee
        case (.temperature, .fahrenheit?), (.temperature, .kelvin?), (.pressure, .pascals?):
            unit.map { .number($0) }
        case (.temperature, _), (.pressure, _): nil
        default: .zigbee
        }
    }
}
