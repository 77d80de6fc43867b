import ColdChain
import Wire

/// What the registry is asked to do.
extension Bridge {
    /// The same request again, as after a lost answer, is answered the same way.
    mutating func register(
        _ fields: DeviceFields, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> RegisteredDevice {
        guard let id = fields.id else { throw .invalid(field: "id", reason: "it is required") }
        try check(fields)
        if let known = devices[id], !known.isAutomatic {
            guard known.applying(fields) == known else { throw .deviceExists(id) }
            return known
        }
        guard devices[id] != nil || devices.count < settings.bounds.devicesMaximum else {
            throw .invalid(
                field: "id", reason: "\(devices.count) devices are registered, the limit")
        }
        guard let kind = fields.kind ?? devices[id]?.kind ?? kind(by: fields.profile) else {
            throw .invalid(field: "kind", reason: "it must be bag or vehicle")
        }
        let before =
            devices[id] ?? RegisteredDevice(id: id, kind: kind, registeredAt: now)
        var device = before.applying(fields)
        device.isAutomatic = false
        store(device, insteadOf: devices[id], effects: &effects)
        return device
    }

    mutating func update(
        _ id: String, _ fields: DeviceFields, effects: inout Effects
    ) throws(CommandRefusal) -> RegisteredDevice {
        if let named = fields.id, named != id {
            throw .invalid(field: "id", reason: "a device's id cannot change")
        }
        try check(fields)
        guard let before = devices[id] else { throw .unknownDevice(id) }
        var device = before.applying(fields)
        device.isAutomatic = false
        if device != before { store(device, insteadOf: before, effects: &effects) }
        return device
    }

    /// A device that is not there, or not any more, is removed already.
    mutating func remove(_ id: String, effects: inout Effects) {
        guard let device = devices[id] else { return }
        devices.remove(id)
        sources.forgetCurrent(Array(id.utf8).span)
        effects.records.devices.append(.remove(id: id))
        lookForSilence(ofDevice: id)
        if device.profile != nil {
            effects.modelChanges.append(ModelChange(device: id, profile: nil))
        }
    }

    mutating func adopt(
        _ topic: String, _ fields: DeviceFields, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> RegisteredDevice {
        let bytes = Array(topic.utf8)
        guard let frame = unknownFrames[bytes.span] else {
            // As after a lost answer: the entry is gone because the device was registered.
            guard let id = fields.id, let known = devices[id], !known.isAutomatic,
                known.applying(fields) == known
            else { throw .unknownFrame(topic) }
            return known
        }
        var fields = fields
        fields.id = fields.id ?? frame.device
        let device = try register(fields, at: now, effects: &effects)
        unknownFrames.remove(bytes.span, records: &effects.records.unknownFrames)
        return device
    }

    private mutating func store(
        _ device: RegisteredDevice, insteadOf before: RegisteredDevice?, effects: inout Effects
    ) {
        devices.put(device)
        sources.forgetCurrent(Array(device.id.utf8).span)
        effects.records.devices.append(.put(device))
        lookForSilence(ofDevice: device.id)
        if device.profile != before?.profile {
            effects.modelChanges.append(
                ModelChange(device: device.id, profile: device.profile))
        }
    }

    private func check(_ fields: DeviceFields) throws(CommandRefusal) {
        if let id = fields.id { try check(id, "id") }
        if case .set(let carrier) = fields.carrier { try check(carrier, "carrier") }
        if case .set(let site) = fields.site { try check(site, "site") }
        if case .set(let seconds) = fields.expectedIntervalSeconds {
            guard Bridge.intervalSeconds.contains(seconds) else {
                throw .invalid(
                    field: "expectedIntervalSeconds",
                    reason: "it must be 1 to \(Bridge.intervalSeconds.upperBound) seconds")
            }
        }
        if case .set(let profile) = fields.profile {
            let known = settings.profiles.map(\.id)
            guard !known.contains(profile) else { return }
            let near = didYouMeanAside(nearestName(to: profile, among: known))
            throw .invalid(field: "profile", reason: "there is no profile \(profile)\(near)")
        }
    }

    /// Up to a week: slower than any device in use.
    private static let intervalSeconds = 1...604_800

    private func check(_ name: String, _ field: String) throws(CommandRefusal) {
        do throws(DeviceName.Fault) {
            try DeviceName.check(Array(name.utf8).span)
        } catch {
            throw .invalid(field: field, reason: error.description)
        }
    }

    private func kind(by profile: FieldChange<String>) -> CarrierKind? {
        guard case .set(let id) = profile else { return nil }
        return settings.profiles.first { $0.id == id }?.carrier
    }
}

extension RegisteredDevice {
    /// The device with the fields a command sets.
    func applying(_ fields: DeviceFields) -> RegisteredDevice {
        var device = self
        device.profile = fields.profile.applied(to: profile)
        device.kind = fields.kind ?? kind
        device.carrier = fields.carrier.applied(to: carrier)
        device.site = fields.site.applied(to: site)
        device.installedAt = fields.installedAt.applied(to: installedAt)
        device.expectedIntervalSeconds = fields.expectedIntervalSeconds.applied(
            to: expectedIntervalSeconds)
        return device
    }
}
