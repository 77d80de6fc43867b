import ColdChain
import Testing
import Wire

@testable import Bridge

@Suite("The registry of devices")
struct RegistryTests {
    typealias Relayed = Engine.Relayed

    private func fields(
        _ id: String? = "A", carrier: String? = nil, profile: String? = nil,
        installedAt: Int64? = nil
    ) -> DeviceFields {
        var fields = DeviceFields()
        fields.id = id
        fields.kind = .bag
        if let carrier { fields.carrier = .set(carrier) }
        if let profile { fields.profile = .set(profile) }
        if let installedAt { fields.installedAt = .set(Engine.instant(installedAt)) }
        return fields
    }

    private func registered(_ result: Result<CommandAnswer, CommandRefusal>?) -> RegisteredDevice? {
        switch result {
        case .success(.registered(let device)), .success(.updated(let device)): device
        default: nil
        }
    }

    private func refusal(_ result: Result<CommandAnswer, CommandRefusal>?) -> CommandRefusal? {
        guard case .failure(let refusal)? = result else { return nil }
        return refusal
    }

    @Test("a device that is seen registers itself, once, with the time")
    func automatic() {
        var engine = Engine()
        engine.receive([Engine.Row(1, 4)], from: "bag-7", at: 2)
        engine.receive([Engine.Row(3, 4)], from: "bag-7", at: 4)
        #expect(engine.effects.records.devices.count == 1)
        engine.restart()
        engine.receive([Engine.Row(5, 4)], from: "bag-7", at: 6)
        #expect(engine.effects.records.devices.count == 1)
        let device = engine.bridge.devices["bag-7"]
        #expect(device?.isAutomatic == true && device?.fixedTo == .bag("bag-7"))
        #expect(device?.registeredAt == Engine.instant(2))
        #expect(device?.firstSeen == Engine.instant(2))
        #expect(device?.lastSeen == Engine.instant(6))
        #expect(engine.effects.modelChanges.isEmpty)
    }

    @Test("after a restart a device was last seen when its newest reading was measured")
    func lastSeen() {
        var engine = Engine()
        engine.receive([Engine.Row(1, 4)], at: 2)
        engine.restart()
        #expect(engine.bridge.devices["bag-1"]?.lastSeen == Engine.instant(1))
    }

    @Test("by hand only: an unknown device is a dead letter and on the list, and others go on")
    func manual() {
        var settings = Engine.settings()
        settings.registration = .manual
        var engine = Engine(settings)
        engine.ask(.registerDevice(fields("A")))
        engine.relay([Relayed("A", 4, at: 1), Relayed("B", 5, at: 1)], at: 1)
        #expect(engine.values == [4])
        #expect(engine.letters == ["unregistered_device"])
        let frame = engine.listed["gateway/1"]
        #expect(frame?.reason == "unregistered_device" && frame?.device == "B")
        engine.receive([Engine.Row(1, 4)], from: "bag-9")
        #expect(engine.listed["bags/bag-9"]?.device == "bag-9")
        engine.ask(.registerDevice(fields("B")), at: 2)
        engine.relay([Relayed("B", 6, at: 3)], at: 3)
        #expect(engine.values == [4, 6])
    }

    @Test("a device that moves to another bag is another source, and the same one when it is back")
    func moved() {
        var engine = Engine()
        engine.makeOrder("o-1", .cold, in: "bag-2")
        for (second, bag) in ["bag-1", "bag-2", "bag-1"].enumerated() {
            engine.ask(.updateDevice(id: "A", fields(nil, carrier: bag)), at: 0)
            if second == 0 { engine.ask(.registerDevice(fields("A", carrier: bag)), at: 0) }
            let time = Int64(second + 1) * 60
            engine.relay([Relayed("A", 9, at: time)], at: time)
        }
        #expect(engine.sourceNames.map { $0.prefix(7) } == ["A bag-1", "A bag-2"])
        #expect(engine.readings.map(\.source.rawValue) == [1, 2, 1])
        #expect(engine.readings.map { $0.order != nil } == [false, true, false])
        #expect(engine.temperatures.map(\.bag) == ["bag-1", "bag-2", "bag-1"])
        engine.restart()
        engine.relay([Relayed("A", 9, at: 900)], at: 900)
        #expect(engine.readings.last?.source.rawValue == 1)
    }

    @Test("a topic that names the carrier is overruled by what somebody has registered")
    func carrierTopic() {
        var engine = Engine()
        engine.receive([Engine.Row(1, 4)], from: "bag-1")
        engine.ask(.updateDevice(id: "bag-1", fields(nil, carrier: "bag-5")), at: 2)
        engine.receive([Engine.Row(3, 4)], from: "bag-1")
        #expect(engine.temperatures.map(\.bag) == ["bag-1", "bag-5"])
    }

    @Test("a time from before the installation is not believed, and such a message is told again")
    func installed() {
        var engine = Engine()
        engine.ask(.registerDevice(fields("A", installedAt: 100)))
        engine.relay([Relayed("A", 4, at: 99), Relayed("A", 5, at: 100)], at: 200, packet: 5)
        engine.relay([Relayed("A", 4, at: 99), Relayed("A", 5, at: 100)], at: 201, packet: 5)
        #expect(engine.readings.map { engine.seconds($0.measuredAt) } == [200, 100])
        #expect(engine.readings.map(\.timeSource) == [.receipt, .gateway])
        #expect(engine.readings.map(\.notes) == [.clockUnset, []])
        #expect(engine.bridge.counters.redeliveries == 1)
        engine.relay([Relayed("A", 6, at: 1)], at: 300, isRetained: true)
        #expect(engine.readings.count == 2 && engine.letters == ["retained_without_time"])
    }

    @Test("the same command again is answered the same way and changes nothing")
    func idempotent() {
        var engine = Engine()
        let first = registered(engine.ask(.registerDevice(fields("A", carrier: "bag-1")), at: 1))
        let again = registered(engine.ask(.registerDevice(fields("A", carrier: "bag-1")), at: 9))
        #expect(first != nil && first == again)
        let other = engine.ask(.registerDevice(fields("A", carrier: "bag-2")), at: 9)
        #expect(refusal(other) == .deviceExists("A"))
        #expect(engine.effects.records.devices.count == 1)
        engine.ask(.updateDevice(id: "A", fields(nil, carrier: "bag-1")), at: 10)
        #expect(engine.effects.records.devices.count == 1)
        for _ in 0..<2 {
            guard case .success(.removedDevice("A"))? = engine.ask(.removeDevice(id: "A")) else {
                Issue.record("not removed")
                return
            }
        }
        #expect(engine.effects.records.devices.count == 2)
        #expect(engine.bridge.devices.count == 0)
        #expect(refusal(engine.ask(.updateDevice(id: "A", fields(nil)))) == .unknownDevice("A"))
    }

    @Test("the decoder is told which profile is whose, and that it is none any more")
    func models() {
        var engine = Engine()
        engine.ask(.registerDevice(fields("A", profile: "ruuvi/ruuvitag")))
        engine.ask(.updateDevice(id: "A", fields(nil, carrier: "bag-1")))
        var none = DeviceFields()
        none.profile = .removed
        engine.ask(.updateDevice(id: "A", none))
        engine.ask(.updateDevice(id: "A", fields(nil, profile: "generic/bag")))
        engine.ask(.removeDevice(id: "A"))
        #expect(
            engine.effects.modelChanges == [
                ModelChange(device: "A", profile: "ruuvi/ruuvitag"),
                ModelChange(device: "A", profile: nil),
                ModelChange(device: "A", profile: "generic/bag"),
                ModelChange(device: "A", profile: nil),
            ])
    }

    @Test(
        "what cannot be is refused by the name of its field",
        arguments: [
            (#"{"kind":"bag"}"#, "id"), (#"{"id":"","kind":"bag"}"#, "id"),
            (#"{"id":"a+b","kind":"bag"}"#, "id"), (#"{"id":"a"}"#, "kind"),
            (#"{"id":"a","kind":"bag","carrier":"+"}"#, "carrier"),
            (#"{"id":"a","profile":"ruuvi/ruuvitg"}"#, "profile"),
            (#"{"id":"a","kind":"bag","expectedIntervalSeconds":0}"#, "expectedIntervalSeconds"),
        ])
    func refused(text: String, field: String) throws {
        var engine = Engine()
        let json = try #require(try? parsed(text))
        let result = engine.ask(.registerDevice(try CommandText.deviceFields(json)))
        guard case .invalid(let named, _)? = refusal(result) else {
            Issue.record("it was carried out")
            return
        }
        #expect(named == field)
        #expect(engine.effects.records.isEmpty)
    }

    /// As much JSON as these cases need: an object of texts and whole numbers.
    private func parsed(_ text: String) throws -> JSON {
        let body = text.dropFirst().dropLast()
        return .object(
            body.split(separator: ",").map { member in
                let parts = member.split(separator: ":", maxSplits: 1)
                let name = parts[0].dropFirst().dropLast()
                let value = parts[1]
                return JSON.Member(
                    String(name),
                    value.hasPrefix("\"")
                        ? .string(String(value.dropFirst().dropLast()))
                        : .integer(Int64(value) ?? -1))
            })
    }

    @Test("a device beyond the limit is a dead letter, and known ones go on")
    func tooMany() {
        var settings = Engine.settings()
        settings.bounds.devicesMaximum = 1
        var engine = Engine(settings)
        engine.relay([Relayed("A", 4, at: 1), Relayed("B", 5, at: 1), Relayed("A", 6, at: 9)])
        #expect(engine.values == [4, 6])
        #expect(engine.letters == ["too_many_devices"])
        let result = engine.ask(.registerDevice(fields("C")))
        #expect(refusal(result) != nil)
        engine.ask(.removeDevice(id: "A"))
        #expect(registered(engine.ask(.registerDevice(fields("C")))) != nil)
    }

    @Test("a removed device that is heard again registers itself again")
    func removedAndHeard() {
        var engine = Engine()
        engine.relay([Relayed("A", 4, at: 1)], at: 1)
        engine.ask(.removeDevice(id: "A"))
        engine.relay([Relayed("A", 5, at: 9)], at: 9)
        #expect(engine.bridge.devices["A"]?.firstSeen == Engine.instant(9))
        #expect(engine.effects.records.sources.count == 1)
    }
}

@Suite("Unknown frames")
struct UnknownFramesTests {
    private func settings(_ maximum: Int) -> BridgeSettings {
        var settings = Engine.settings()
        settings.bounds.unknownFramesMaximum = maximum
        return settings
    }

    private func wake(_ engine: inout Engine, at seconds: Int64) -> Int64? {
        engine.bridge.wake(at: Engine.instant(seconds), effects: &engine.effects)
            .map(engine.seconds)
    }

    @Test("are listed by topic with count, times, a sample, the reason and a guess")
    func listed() {
        var engine = Engine()
        let long = String(repeating: "x", count: 600)
        engine.refuse("a", long, guess: "a Ruuvi gateway", device: "AA", at: 1)
        let frame = engine.listed["a"]
        #expect(frame?.count == 1 && frame?.reason == "unknown_topic")
        #expect(frame?.guess == "a Ruuvi gateway" && frame?.device == "AA")
        #expect(frame?.sample.count == 512 && frame?.sampleLength == 600)
        engine.refuse("a", reason: "unknown_frame", at: 7)
        _ = wake(&engine, at: 7)
        #expect(engine.listed["a"]?.count == 2)
        #expect(engine.listed["a"]?.reason == "unknown_frame")
        #expect(engine.listed["a"]?.sample == Array("?".utf8))
        #expect(engine.listed["a"]?.firstSeen == Engine.instant(1))
        #expect(engine.listed["a"]?.lastSeen == Engine.instant(7))
        #expect(engine.letters == ["unknown_topic", "unknown_frame"])
    }

    @Test("a refusal that nobody can do anything about is not listed")
    func otherReasons() {
        var engine = Engine()
        for reason in ["too_large", "order_refused", "truncated_frame"] {
            engine.refuse("a", reason: reason)
        }
        #expect(engine.listed.isEmpty && engine.letters.count == 3)
    }

    @Test("foreign frames beside sound ones are listed and counted, and cost no dead letter")
    func foreign() {
        var engine = Engine()
        engine.relay([Engine.Relayed("A", 4, at: 0)], foreignFrames: 3)
        engine.relay([], at: 1, foreignFrames: 2)
        _ = wake(&engine, at: 3)
        #expect(engine.listed["gateway/1"]?.count == 5)
        #expect(engine.listed["gateway/1"]?.reason == "foreign_frames")
        #expect(engine.bridge.counters.foreignFrames == 5 && engine.letters.isEmpty)
    }

    @Test("an entry is written at once when it is new, then at most once a second")
    func writing() {
        var engine = Engine()
        for _ in 0..<100 { engine.refuse("a", at: 1) }
        #expect(engine.effects.records.unknownFrames.count == 1)
        #expect(wake(&engine, at: 1) == 2)
        #expect(engine.effects.records.unknownFrames.count == 1)
        #expect(wake(&engine, at: 2) == nil)
        #expect(engine.effects.records.unknownFrames.count == 2)
        #expect(engine.listed["a"]?.count == 100)
        #expect(wake(&engine, at: 9) == nil)
        #expect(engine.effects.records.unknownFrames.count == 2)
    }

    @Test("the least recently seen is forgotten first, also after a restart with less room")
    func bounded() {
        var engine = Engine(settings(3))
        for (second, topic) in ["a", "b", "c", "a", "d"].enumerated() {
            engine.refuse(topic, at: Int64(second))
        }
        _ = wake(&engine, at: 10)
        #expect(Set(engine.listed.keys) == ["a", "c", "d"])
        #expect(engine.bridge.unknownFramesInMemory == 3)
        engine.restart(settings: settings(1))
        #expect(engine.listed.count == 1 && engine.bridge.unknownFramesInMemory == 1)
        engine.restart(settings: settings(0))
        engine.refuse("z", at: 20)
        #expect(engine.listed.isEmpty && engine.bridge.unknownFramesInMemory == 0)
    }

    @Test("a random sequence keeps within its room, and writes what a plain list would hold")
    func random() {
        var engine = Engine(settings(4))
        var random = SplitMix64(state: 7)
        var order: [String] = []
        for second in 0..<500 {
            let topic = "t\(random.next() % 9)"
            engine.refuse(topic, at: Int64(second))
            order.removeAll { $0 == topic }
            order.append(topic)
            if order.count > 4 { order.removeFirst() }
            _ = wake(&engine, at: Int64(second))
            #expect(Set(engine.listed.keys) == Set(order))
        }
    }

    @Test("adoption registers the device and removes the entry; asked again, it is answered again")
    func adopted() {
        var engine = Engine()
        engine.refuse("a/1", reason: "unknown_model", device: "AA", at: 1)
        var fields = DeviceFields()
        fields.profile = .set("ruuvi/ruuvitag")
        fields.carrier = .set("bag-3")
        for _ in 0..<2 {
            let answer = engine.ask(.adoptFrame(topic: "a/1", fields), at: 2)
            guard case .success(.registered(let device))? = answer else {
                Issue.record("\(String(describing: answer))")
                return
            }
            #expect(device.id == "AA" && device.fixedTo == .bag("bag-3") && !device.isAutomatic)
            fields.id = "AA"
        }
        #expect(engine.listed.isEmpty)
        #expect(engine.effects.records.devices.count == 1)
        let other = engine.ask(.adoptFrame(topic: "b", fields), at: 2)
        // The registry says already what is asked for.
        if case .success(.registered)? = other {} else { Issue.record("not answered") }
        fields.carrier = .set("bag-4")
        guard case .failure(.unknownFrame("b"))? = engine.ask(.adoptFrame(topic: "b", fields))
        else {
            Issue.record("an unknown topic was adopted")
            return
        }
    }
}
