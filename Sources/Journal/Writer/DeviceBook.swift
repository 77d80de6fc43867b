internal import Bridge
internal import ColdChain

/// Keeps the registry of devices, the list of unknown frames and what devices announce: small tables that change.
struct DeviceBook {
    private let putDevice: Statement
    private let removeDevice: Statement
    private let putFrame: Statement
    private let removeFrame: Statement
    private let putAnnouncement: Statement
    private let removeAnnouncement: Statement

    init(_ database: Database) throws(StoreError) {
        putDevice = try database.prepare(
            """
            INSERT OR REPLACE INTO devices(id, profile, carrier_kind, carrier, site, installed_at,
                expected_interval_seconds, registered_at, is_automatic, first_seen)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        removeDevice = try database.prepare("DELETE FROM devices WHERE id = ?1")
        putFrame = try database.prepare(
            """
            INSERT OR REPLACE INTO unknown_frames(topic, count, first_seen, last_seen, sample,
                sample_length, reason, guess, device)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        removeFrame = try database.prepare("DELETE FROM unknown_frames WHERE topic = ?1")
        putAnnouncement = try database.prepare(
            "INSERT OR REPLACE INTO announcements(topic, payload) VALUES (?1, ?2)")
        removeAnnouncement = try database.prepare("DELETE FROM announcements WHERE topic = ?1")
    }

    func record(_ change: DeviceChange) throws(StoreError) {
        switch change {
        case .put(let device):
            putDevice.bind(1, device.id)
            putDevice.bind(2, device.profile)
            putDevice.bind(3, device.fixedTo.kind.rawValue)
            putDevice.bind(4, device.carrier)
            putDevice.bind(5, device.site)
            putDevice.bind(6, device.installedAt?.milliseconds)
            putDevice.bind(7, device.expectedIntervalSeconds.map(Int64.init))
            putDevice.bind(8, device.registeredAt.milliseconds)
            putDevice.bind(9, device.isAutomatic ? 1 : 0)
            putDevice.bind(10, device.firstSeen?.milliseconds)
            try putDevice.run()
        case .remove(let id):
            removeDevice.bind(1, id)
            try removeDevice.run()
        }
    }

    func record(_ change: UnknownFrameChange) throws(StoreError) {
        switch change {
        case .put(let frame):
            putFrame.bind(1, blob: frame.topic)
            putFrame.bind(2, frame.count)
            putFrame.bind(3, frame.firstSeen.milliseconds)
            putFrame.bind(4, frame.lastSeen.milliseconds)
            putFrame.bind(5, blob: frame.sample)
            putFrame.bind(6, frame.sampleLength)
            putFrame.bind(7, frame.reason)
            putFrame.bind(8, frame.guess)
            putFrame.bind(9, frame.device)
            try putFrame.run()
        case .remove(let topic):
            removeFrame.bind(1, blob: topic)
            try removeFrame.run()
        }
    }

    func record(_ announcement: AnnouncementMessage) throws(StoreError) {
        let statement = announcement.payload.isEmpty ? removeAnnouncement : putAnnouncement
        statement.bind(1, blob: announcement.topic)
        if !announcement.payload.isEmpty { statement.bind(2, blob: announcement.payload) }
        try statement.run()
    }
}
