import ColdChain

/// Whose a sample is, and when it counts as measured.
struct SampleOrigin: Sendable {
    /// Nil where the sample is not recorded.
    var source: SourceNumber?
    var profile: ProfileNumber
    /// Nil where the time of receipt stands in.
    var measuredAt: Timestamp?
    /// Whether the device tells a time from before it was installed.
    var isClockUnset = false
}

/// What keeps samples of a message out of the log, or asks for the message to be told from others.
struct MessageFaults {
    /// There is a sample without a time that can be used.
    var hasUntimed = false
    /// Such a sample of a retained message, which may be of any age.
    var skipsUntimed = false
    var hasTooManySources = false
    var hasTooManyDevices = false
    /// The index of the first sample of a device that is not registered.
    var unregistered: Int?
    /// Indices of the first samples whose device is not named, or by what is no name.
    var unnamed: Int?
    var misnamed: Int?

    /// Whether a sample is not recorded.
    var isAny: Bool {
        skipsUntimed || hasTooManySources || hasTooManyDevices || unregistered != nil
            || unnamed != nil || misnamed != nil
    }
}

extension Bridge {
    /// Finds out whose each sample of a message is, and makes known what is new.
    mutating func findOrigins(
        of batch: borrowing SampleBatch, profile: ProfileNumber, naming: TopicNaming,
        topic: Span<UInt8>, arrival: Arrival, effects: inout Effects
    ) -> MessageFaults {
        var faults = MessageFaults()
        origins.removeAll(keepingCapacity: true)
        for index in batch.samples.indices {
            let sample = batch.samples[index]
            var origin = SampleOrigin(
                profile: sample.profile ?? profile, measuredAt: sample.measuredAt)
            defer { origins.append(origin) }
            if sample.measuredAt == nil && arrival.isRetained {
                faults.hasUntimed = true
                faults.skipsUntimed = true
                continue
            }
            if let range = sample.device {
                let told = settings.profiles[origin.profile.rawValue].carrier
                let name = batch.text.span.extracting(range)
                find(name, told, at: index, &origin, arrival, &faults, &effects)
                continue
            }
            switch naming {
            case .carrier(let kind, let range):
                let name = topic.extracting(range)
                find(name, kind, at: index, &origin, arrival, &faults, &effects)
            case .device(let range):
                let told = settings.profiles[origin.profile.rawValue].carrier
                let name = topic.extracting(range)
                find(name, told, at: index, &origin, arrival, &faults, &effects)
            case .nobody: faults.unnamed = faults.unnamed ?? index
            }
        }
        return faults
    }

    private mutating func find(
        _ name: Span<UInt8>, _ toldKind: CarrierKind, at index: Int, _ origin: inout SampleOrigin,
        _ arrival: Arrival, _ faults: inout MessageFaults, _ effects: inout Effects
    ) {
        var source = sources.find(name, profile: origin.profile, toldKind: toldKind)
        if source == nil {
            source = findAnew(
                name, toldKind, at: index, origin, arrival, &faults, &effects)
        }
        guard let source else { return }
        if let installedAt = sources[source].installedAt, let measuredAt = origin.measuredAt,
            measuredAt < installedAt
        {
            origin.measuredAt = nil
            origin.isClockUnset = true
        }
        if origin.measuredAt == nil {
            faults.hasUntimed = true
            if arrival.isRetained {
                faults.skipsUntimed = true
                return
            }
        }
        origin.source = source
        hear(sources[source].device, at: arrival.receivedAt, &effects)
    }

    private mutating func hear(
        _ device: Int?, at receivedAt: Timestamp, _ effects: inout Effects
    ) {
        guard let device, devices.hear(device, at: receivedAt), let heard = devices[device] else {
            return
        }
        effects.records.devices.append(.put(heard))
    }

    /// Asks the registry, where the device may register itself, and makes a source where the log
    /// knows none of the device, what it is fixed to, and the profile.
    private mutating func findAnew(
        _ name: Span<UInt8>, _ toldKind: CarrierKind, at index: Int, _ origin: SampleOrigin,
        _ arrival: Arrival, _ faults: inout MessageFaults, _ effects: inout Effects
    ) -> SourceNumber? {
        do throws(DeviceName.Fault) {
            try DeviceName.check(name)
        } catch {
            faults.misnamed = faults.misnamed ?? index
            return nil
        }
        let id = String(decoding: Bridge.bytes(name, name.count), as: UTF8.self)
        let known = devices[id]
        if known == nil {
            guard settings.registration == .automatic else {
                faults.unregistered = faults.unregistered ?? index
                return nil
            }
            guard devices.count < settings.bounds.devicesMaximum else {
                faults.hasTooManyDevices = true
                return nil
            }
        }
        let device =
            known
            ?? RegisteredDevice(
                id: id, kind: toldKind, registeredAt: arrival.receivedAt, isAutomatic: true)
        // What registered itself is fixed to what it is seen on.
        let carrier = device.isAutomatic ? Carrier(toldKind, named: id) : device.fixedTo
        var number = sources.find(name, profile: origin.profile, fixedTo: carrier)
        if number == nil {
            guard sources.count < settings.bounds.sourcesMaximum else {
                faults.hasTooManySources = true
                return nil
            }
            let source = sources.insert(
                name, device: id, carrier: carrier, profile: origin.profile, book: &book)
            effects.records.sources.append(source)
            number = source.number
        }
        guard let number else { return nil }
        if known == nil { devices.put(device) }
        sources.use(number, for: name, profile: origin.profile)
        sources[number].device = devices.place(of: id)
        sources[number].toldKind = toldKind
        sources[number].calibrations = calibrations.place(of: id)
        sources[number].installedAt = device.installedAt
        sources[number].interval = device.expectedIntervalSeconds.map { Int64($0) * 1000 }
        return number
    }
}
