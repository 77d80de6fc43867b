import ColdChain
package import JSONText

/// What devices announce to Home Assistant, retained on
/// `homeassistant/<component>/[<node>/]<object>/config`.
///
///     {"~":"zigbee2mqtt/bag 7","stat_t":"~","dev_cla":"temperature","unit_of_meas":"°C",
///      "val_tpl":"{{ value_json.temperature }}","dev":{"ids":["zigbee2mqtt_0x00158d0001e8f1a2"]}}
///
/// - Names may be abbreviated; `~` at an end of a topic stands for the base. An empty message
///   withdraws what the topic announced.
/// - `homeassistant/device/<object>/config` announces several entities in `cmps`, which share what
///   stands beside it.
/// - The device is known by the first of its `ids` that is a hardware address, then by a `mac`
///   among its connections, then by its first id.
/// - A diagnostic temperature is that of the device's chip, and refused; a diagnostic voltage is
///   that of its battery.
///
/// Source: Home Assistant's documentation of MQTT discovery.
package enum HomeAssistantDiscovery {
    /// Whether a topic is one that announcements stand on.
    package static func isAnnouncement(topic: Span<UInt8>) -> Bool {
        component(of: topic) != nil
    }

    /// The second level of a topic of four or five levels, of which the last is `config`.
    private static func component(of topic: Span<UInt8>) -> String? {
        let levels = topic.levels
        guard (4...5).contains(levels.count), levels[levels.count - 1] == "config",
            levels.allSatisfy({ !$0.isEmpty })
        else { return nil }
        return levels[1]
    }

    /// What a message announces: one value, or those of a whole device, each or why not.
    package static func read(
        _ document: borrowing JSONDocument, _ root: JSONDocument.Node, _ topic: Span<UInt8>
    ) -> [Result<Announcement, AnnouncementRefusal>] {
        guard document.isObject(root), let component = component(of: topic) else {
            return [.failure(.notAnObject)]
        }
        guard component == "device" else {
            return [entity(document, Entity(root: root, own: root), component)]
        }
        let components =
            document.member("components", of: root) ?? document.member("cmps", of: root)
        guard let components else { return [.failure(.missingField("components"))] }
        var results: [Result<Announcement, AnnouncementRefusal>] = []
        var child = document.firstChild(of: components)
        while let node = child {
            let found = Entity(root: root, own: node)
            let platform = found.text(document, "platform", "p") ?? ""
            // With its platform alone, an entity that was announced before is withdrawn.
            if document.isObject(node), document.firstChild(of: node) != nil,
                !isPlatformAlone(document, node)
            {
                results.append(entity(document, found, platform))
            }
            child = document.sibling(of: node, in: components)
        }
        return results
    }

    private static func isPlatformAlone(
        _ document: borrowing JSONDocument, _ node: JSONDocument.Node
    ) -> Bool {
        guard let first = document.firstChild(of: node) else { return true }
        return document.sibling(of: first, in: node) == nil
    }

    private static func entity(
        _ document: borrowing JSONDocument, _ entity: Entity, _ component: String
    ) -> Result<Announcement, AnnouncementRefusal> {
        do throws(AnnouncementRefusal) {
            return .success(try announcement(document, entity, component))
        } catch {
            return .failure(error)
        }
    }

    private static func announcement(
        _ document: borrowing JSONDocument, _ entity: Entity, _ component: String
    ) throws(AnnouncementRefusal) -> Announcement {
        guard component == "sensor" || component == "binary_sensor" else {
            throw .unsupportedComponent(String(component.prefix(32)))
        }
        guard let topic = entity.topic(document, "state_topic", "stat_t") else {
            throw .missingField("state_topic")
        }
        try Announcement.checkTopic(topic)
        let path = try path(document, entity)
        let device = try Device(document, entity)
        let quantity = try quantity(document, entity, component, path)
        var announcement = Announcement(
            stateTopic: topic, device: device.id, name: device.name, quantity: quantity,
            form: try form(document, entity, component, quantity), path: path)
        if device.isZigbee, hasZigbeeMarkers(announcement) { announcement.form = .zigbee }
        if let seconds = document.integer(entity.find(document, "expire_after", "exp_aft")),
            seconds > 0
        {
            announcement.expireAfterSeconds = Int(seconds)
        }
        if let topic = entity.topic(document, "availability_topic", "avty_t"),
            (try? Announcement.checkTopic(topic)) != nil
        {
            announcement.availabilityTopic = topic
        }
        return announcement
    }

    /// Whether Zigbee has words of its own for "unknown" that the announcement does not tell.
    private static func hasZigbeeMarkers(_ announcement: Announcement) -> Bool {
        switch announcement.quantity {
        case .temperature: announcement.form == .number(.celsius)
        case .humidity, .battery: true
        default: false
        }
    }

    private static func path(
        _ document: borrowing JSONDocument, _ entity: Entity
    ) throws(AnnouncementRefusal) -> [String] {
        guard entity.find(document, "value_template", "val_tpl") != nil else { return [] }
        let template = entity.text(document, "value_template", "val_tpl") ?? ""
        guard let path = ValueTemplate.path(template) else {
            throw .unsupportedTemplate(String(template.prefix(128)))
        }
        return path
    }

    private static func quantity(
        _ document: borrowing JSONDocument, _ entity: Entity, _ component: String, _ path: [String]
    ) throws(AnnouncementRefusal) -> Quantity {
        let isDiagnostic = entity.text(document, "entity_category", "ent_cat") == "diagnostic"
        let deviceClass = entity.text(document, "device_class", "dev_cla") ?? ""
        switch (component, deviceClass) {
        case ("sensor", "temperature") where !isDiagnostic: return .temperature
        case ("sensor", "humidity"): return .humidity
        case ("sensor", "battery"): return .battery
        case ("sensor", "voltage")
        where isDiagnostic || (path.last ?? "").lowercased().contains("batt"):
            return .batteryVoltage
        case ("sensor", "pressure"), ("sensor", "atmospheric_pressure"): return .pressure
        case ("sensor", "carbon_dioxide"): return .carbonDioxide
        case ("sensor", "pm25"): return .particulates
        case ("sensor", ""):
            // Nothing but a temperature has these units.
            let unit = entity.unit(document)
            if !isDiagnostic, unit == .celsius || unit == .fahrenheit { return .temperature }
        case ("binary_sensor", "door"), ("binary_sensor", "window"), ("binary_sensor", "opening"),
            ("binary_sensor", "garage_door"):
            return .opening
        case ("binary_sensor", "moving"), ("binary_sensor", "vibration"): return .motion
        default: break
        }
        throw .unsupportedQuantity(
            (isDiagnostic ? "diagnostic " : "") + String(deviceClass.prefix(32)))
    }

    private static func form(
        _ document: borrowing JSONDocument, _ entity: Entity, _ component: String,
        _ quantity: Quantity
    ) throws(AnnouncementRefusal) -> Announcement.Form {
        guard component == "sensor" else {
            return .truth(
                on: entity.word(document, "payload_on", "pl_on") ?? "ON",
                off: entity.word(document, "payload_off", "pl_off") ?? "OFF")
        }
        let units = FieldTarget.measurement(quantity).units
        if let unit = entity.unit(document) {
            guard units.contains(unit) else { throw .unknownUnit(unit.rawValue) }
            return .number(unit)
        }
        let stated = entity.text(document, "unit_of_measurement", "unit_of_meas")
        // Where there is one unit only, leaving it out is no riddle.
        guard stated == nil, units.count == 1 else {
            throw .unknownUnit(String((stated ?? "").prefix(16)))
        }
        return .number(units[0])
    }
}

extension HomeAssistantDiscovery {
    /// One announced value, and what it shares with the others of its device.
    fileprivate struct Entity {
        var root: JSONDocument.Node
        var own: JSONDocument.Node

        /// A member by its name or its abbreviation.
        func find(
            _ document: borrowing JSONDocument, _ name: StaticString, _ short: StaticString
        ) -> JSONDocument.Node? {
            document.member(name, of: own) ?? document.member(short, of: own)
                ?? document.member(name, of: root) ?? document.member(short, of: root)
        }

        func text(
            _ document: borrowing JSONDocument, _ name: StaticString, _ short: StaticString
        ) -> String? {
            find(document, name, short).flatMap { document.string($0) }
        }

        /// A text, or `true`, `false` or a whole number as text.
        func word(
            _ document: borrowing JSONDocument, _ name: StaticString, _ short: StaticString
        ) -> String? {
            guard let node = find(document, name, short) else { return nil }
            switch document[node] {
            case .text: return document.string(node)
            case .bool(let value): return value ? "true" : "false"
            case .integer(let value): return String(value)
            default: return nil
            }
        }

        /// A topic, with the base in the place of `~` at either end.
        func topic(
            _ document: borrowing JSONDocument, _ name: StaticString, _ short: StaticString
        ) -> String? {
            guard var topic = text(document, name, short) else { return nil }
            let base = text(document, "~", "~") ?? ""
            if topic.hasPrefix("~") { topic = base + topic.dropFirst() }
            if topic.hasSuffix("~") { topic = topic.dropLast() + base }
            return topic
        }

        func unit(_ document: borrowing JSONDocument) -> FieldUnit? {
            let node = find(document, "unit_of_measurement", "unit_of_meas")
            return node.flatMap { FieldUnit(symbol: document.text($0)) }
        }
    }

    fileprivate struct Device {
        var id: String
        var name: String?
        var isZigbee: Bool

        init(_ document: borrowing JSONDocument, _ entity: Entity) throws(AnnouncementRefusal) {
            guard let device = entity.find(document, "device", "dev") else {
                throw .missingField("device")
            }
            let own = Entity(root: device, own: device)
            var names: [String] = []
            if let ids = own.find(document, "identifiers", "ids") {
                names = document.strings(ids)
            }
            isZigbee = names.first?.hasPrefix("zigbee2mqtt_") ?? false
            let addresses = names + Self.hardwareAddresses(document, own)
            guard
                let id = addresses.lazy.compactMap({ Announcement.address(in: $0) }).first
                    ?? names.first
            else { throw .missingField("identifiers") }
            try Announcement.checkName(id)
            self.id = id
            name = own.text(document, "name", "name").map { String($0.prefix(128)) }
        }

        /// Those of the connections that are pairs of `mac` and an address.
        private static func hardwareAddresses(
            _ document: borrowing JSONDocument, _ device: Entity
        ) -> [String] {
            guard let connections = device.find(document, "connections", "cns") else { return [] }
            var addresses: [String] = []
            var child = document.firstChild(of: connections)
            while let node = child {
                let pair = document.strings(node)
                if pair.count == 2, pair[0] == "mac" { addresses.append(pair[1]) }
                child = document.sibling(of: node, in: connections)
            }
            return addresses
        }
    }
}
