import ColdChain

/// Whether a device that is seen for the first time registers itself.
package enum DeviceRegistration: Equatable, Sendable {
    case automatic
    /// Only by command: until then its messages are dead letters.
    case manual
}

/// Every device that is known.
package struct DeviceRegistry: Sendable {
    /// Without `lastSeen`, which changes with each message.
    private var devices: [RegisteredDevice?] = []
    /// By the same place; nil for a device that was not heard.
    private var lastSeen: [Timestamp?] = []
    private var places: [String: Int] = [:]
    private var free: [Int] = []

    package init() {}

    init(restored: RestoredState) {
        devices.reserveCapacity(restored.devices.count)
        lastSeen.reserveCapacity(restored.devices.count)
        places.reserveCapacity(restored.devices.count)
        for device in restored.devices { put(device) }
        for source in restored.sources {
            guard let newest = restored.newestMeasurement[source.number],
                let place = places[source.device], devices[place]?.firstSeen != nil
            else { continue }
            lastSeen[place] = max(lastSeen[place] ?? newest, newest)
        }
    }

    package var count: Int { places.count }

    package subscript(id: String) -> RegisteredDevice? { places[id].flatMap { self[$0] } }

    func place(of id: String) -> Int? { places[id] }

    subscript(place: Int) -> RegisteredDevice? {
        guard var device = devices[place] else { return nil }
        device.lastSeen = lastSeen[place]
        return device
    }

    /// Adds the device or replaces what was known of it.
    mutating func put(_ device: RegisteredDevice) {
        let place = places[device.id] ?? newPlace()
        places[device.id] = place
        devices[place] = device
        lastSeen[place] = device.lastSeen
    }

    private mutating func newPlace() -> Int {
        if let place = free.popLast() { return place }
        devices.append(nil)
        lastSeen.append(nil)
        return devices.count - 1
    }

    mutating func remove(_ id: String) {
        guard let place = places.removeValue(forKey: id) else { return }
        devices[place] = nil
        free.append(place)
    }

    /// Notes that the device was heard.
    ///
    /// - Returns: Whether that was the first time, so that it is to be written.
    mutating func hear(_ place: Int, at receivedAt: Timestamp) -> Bool {
        let wasHeard = lastSeen[place] != nil
        lastSeen[place] = receivedAt
        guard !wasHeard, devices[place]?.firstSeen == nil else { return false }
        devices[place]?.firstSeen = receivedAt
        return true
    }
}
