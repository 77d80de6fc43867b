import ColdChain

/// Whether a device that is seen for the first time registers itself.
package enum DeviceRegistration: Equatable, Sendable {
    case automatic
    /// Only by command: until then its messages are dead letters.
    case manual
}

/// Every device that is known.
package struct DeviceRegistry: Sendable {
    private var devices: [RegisteredDevice?] = []
    private var places: [String: Int] = [:]
    private var free: [Int] = []

    package init() {}

    init(restored: RestoredState) {
        for device in restored.devices { put(device) }
        for source in restored.sources {
            guard let newest = restored.newestMeasurement[source.number],
                let place = places[source.device]
            else { continue }
            let before = devices[place]?.lastSeen ?? newest
            devices[place]?.lastSeen = max(before, newest)
        }
    }

    package var count: Int { places.count }

    package subscript(id: String) -> RegisteredDevice? { places[id].flatMap { devices[$0] } }

    func place(of id: String) -> Int? { places[id] }

    subscript(place: Int) -> RegisteredDevice? { devices[place] }

    /// Adds the device or replaces what was known of it.
    mutating func put(_ device: RegisteredDevice) {
        if let place = places[device.id] {
            devices[place] = device
        } else if let place = free.popLast() {
            devices[place] = device
            places[device.id] = place
        } else {
            places[device.id] = devices.count
            devices.append(device)
        }
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
        devices[place]?.lastSeen = receivedAt
        guard devices[place]?.firstSeen == nil else { return false }
        devices[place]?.firstSeen = receivedAt
        return true
    }
}
