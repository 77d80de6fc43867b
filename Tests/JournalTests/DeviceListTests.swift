import Bridge
import ColdChain
import Journal
import Testing

@Suite("Devices and unknown frames in the log")
struct DeviceListTests {
    private var probe: RegisteredDevice {
        RegisteredDevice(
            id: "device-1", profile: "ruuvi/ruuvitag", kind: .bag, carrier: "bag-1",
            site: "Kitchen 4", installedAt: at(1), expectedIntervalSeconds: 60, registeredAt: at(2),
            isAutomatic: false, firstSeen: at(3))
    }

    private var tracker: RegisteredDevice {
        RegisteredDevice(id: "tracker-1", kind: .vehicle, registeredAt: at(5), isAutomatic: true)
    }

    private func frame(_ topic: String, lastSeen: Int64) -> UnknownFrame {
        UnknownFrame(
            topic: Array(topic.utf8), count: 3, firstSeen: at(1), lastSeen: at(lastSeen),
            sample: [0xFF, 0], sampleLength: 900, reason: "unknown_topic", guess: "a Ruuvi gateway",
            device: nil)
    }

    @Test("devices are restored and listed as they were put, in order of changes")
    func devices() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        var moved = probe
        moved.carrier = "bag-9"
        let other = RegisteredDevice(id: "gone", kind: .bag, registeredAt: at(0))
        try journal.commit { batch in
            batch.devices = [
                .put(probe), .put(other), .put(tracker), .remove(id: "gone"), .put(moved),
            ]
        }
        #expect(try journal.restore(now: at(0)).devices == [moved, tracker])
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.devices(limit: 9) == [moved, tracker])
        #expect(try reader.devices(limit: 1) == [moved])
        #expect(try reader.devices(after: "device-1", limit: 9) == [tracker])
        #expect(try reader.device(id: "tracker-1") == tracker)
        #expect(try reader.device(id: "gone") == nil)
        #expect(try reader.deviceCount() == 2)
    }

    @Test("when a device was last seen is the newest of what its sources measured")
    func lastSeen() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.devices = [.put(probe), .put(tracker)]
            // More than the index holds back, so that the oldest are in it.
            batch.readings = (0..<40_000).map { reading(at: 50 + $0) }
        }
        try journal.commit { $0.fixes = [fix(at: 70)] }
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.devices(limit: 9).map(\.lastSeen) == [at(40_049), at(70)])
    }

    @Test(
        "B-3: the newest announcement of each topic is restored until it is withdrawn")
    func announcements() throws {
        func message(_ topic: String, _ payload: String) -> AnnouncementMessage {
            AnnouncementMessage(topic: Array(topic.utf8), payload: Array(payload.utf8))
        }
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.announcements = [
                message("b", "1"), message("a", "1"), message("c", "1"), message("b", "2"),
                message("c", ""),
            ]
        }
        #expect(
            try journal.restore(now: at(0)).announcements == [message("a", "1"), message("b", "2")])
    }

    @Test("unknown frames are restored least recently seen first and listed the other way")
    func frames() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let (old, new) = (frame("a", lastSeen: 5), frame("b", lastSeen: 9))
        try journal.commit { batch in
            batch.unknownFrames = [
                .put(new), .put(frame("c", lastSeen: 7)), .put(frame("a", lastSeen: 2)),
                .put(old), .remove(topic: Array("c".utf8)),
            ]
        }
        #expect(try journal.restore(now: at(0)).unknownFrames == [old, new])
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.unknownFrames(limit: 9) == [new, old])
        #expect(try reader.unknownFrames(limit: 1) == [new])
        #expect(try reader.unknownFrame(topic: Array("a".utf8)) == old)
        #expect(try reader.unknownFrame(topic: []) == nil)
    }
}
