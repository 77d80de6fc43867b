import ColdChain
import SimulatedHardware
import Testing
import Wire

@Suite("Playing a scenario")
struct PlayerTests {
    @Test("the same seed and start give the same topics, payloads and truth, to the byte")
    func repeatable() throws {
        var scenario = try Scenario(yaml: lunchRush())
        func record() -> [UInt8] {
            var bytes: [UInt8] = []
            var writer = JSONWriter()
            for message in play(scenario) {
                bytes += Array("\(message.time.milliseconds) \(message.topic) ".utf8)
                bytes += message.payload
                message.appendTruth(to: &bytes, &writer)
            }
            return bytes
        }
        let first = record()
        #expect(first.count > 1_000_000)
        #expect(first == record())
        scenario.seed += 1
        #expect(first != record())
    }

    @Test("messages come in the order of time, numbered without holes, all within the run")
    func order() throws {
        let scenario = try Scenario(yaml: lunchRush())
        let messages = play(scenario)
        #expect(messages.count > 10_000)
        #expect(messages.map(\.number) == Array(1...messages.count))
        #expect(zip(messages, messages.dropFirst()).allSatisfy { $0.time <= $1.time })
        let last = try #require(messages.last)
        #expect(last.time < noon.advanced(byMilliseconds: scenario.durationMilliseconds))
        #expect(messages.allSatisfy { $0.qos == 1 })
    }

    @Test("a further fleet changes nothing of what the others send")
    func independent() throws {
        var scenario = try Scenario(yaml: lunchRush())
        let whole = play(scenario).filter { $0.format == .genericBag }.map(\.payload)
        scenario.fleets.removeLast()
        #expect(play(scenario).filter { $0.format == .genericBag }.map(\.payload) == whole)
    }

    /// One device that is offline in the middle third of three minutes.
    private func offline(_ format: DeviceFormat) throws -> [PlayedMessage] {
        play(
            try scenario(
                """
                duration: 3m
                fleets:
                  - {format: \(format.rawValue), interval: 5s, faults: {offline: {at: 1m, for: 1m}}}
                """))
    }

    @Test(
        "what the medium loses while offline is lost",
        arguments: [
            DeviceFormat.ruuviGateway, .draginoLHT65N,
        ])
    func lost(_ format: DeviceFormat) throws {
        let messages = try offline(format)
        #expect(messages.count == 24)
        let sequences = messages.flatMap(\.samples).compactMap(\.sequence)
        let first = try #require(sequences.first)
        #expect(sequences == (0..<36).filter { !(12..<24).contains($0) }.map { first + $0 })
    }

    @Test(
        "what is kept while offline comes late and whole",
        arguments: [
            (DeviceFormat.genericBag, 25), (.genericTracker, 25), (.teltonika, 25),
            (.ownTracks, 36),
        ])
    func kept(_ format: DeviceFormat, messageCount: Int) throws {
        let messages = try offline(format)
        #expect(messages.count == messageCount)
        let upload = noon.advanced(byMilliseconds: 120_000)
        let late = messages.filter { $0.time == upload }.flatMap(\.samples)
        #expect(late.count == 12)
        #expect(
            late.allSatisfy {
                $0.measuredAt.map { $0 < upload } ?? false
            })
        let times = messages.flatMap(\.samples).compactMap(\.measuredAt)
        #expect(Set(times).count == 36)
        if format == .teltonika { #expect(times == times.sorted()) }
        if format == .ownTracks {
            let old = late.filter {
                $0.measuredAt.map { upload.milliseconds(since: $0) > 11_000 } ?? false
            }
            #expect(old.count >= 9)
            #expect(old.allSatisfy { $0.notes == .buffered })
        }
    }

    @Test(
        "a LoRaWAN uplink that two gateways hear is one message; an advert is two, and one reading")
    func duplicates() throws {
        func messages(_ format: DeviceFormat) throws -> [PlayedMessage] {
            play(
                try scenario(
                    """
                    duration: 1m
                    fleets:
                      - {format: \(format.rawValue), interval: 5s, faults: {duplicate_gateways: {at: 0s}}}
                    """))
        }
        let uplinks = try messages(.draginoLHT65N)
        #expect(uplinks.count == 12)
        for uplink in uplinks {
            let text = String(decoding: uplink.payload, as: UTF8.self)
            #expect(text.contains("kitchen-roof") && text.contains("depot-mast"))
        }
        let adverts = try messages(.ruuviGateway)
        #expect(adverts.count == 24)
        #expect(adverts.flatMap(\.samples).count == 12)
        for index in stride(from: 0, to: 24, by: 2) {
            #expect(adverts[index].topic != adverts[index + 1].topic)
            #expect(adverts[index].payload != adverts[index + 1].payload)
        }
    }

    @Test("a device that starts anew counts from 0")
    func reboot() throws {
        let messages = play(
            try scenario(
                """
                duration: 1m
                fleets:
                  - {format: tts-dragino-lht65n, interval: 5s, faults: {reboot: {at: 30s}}}
                """))
        let sequences = messages.flatMap(\.samples).compactMap(\.sequence)
        #expect(sequences.suffix(6) == [0, 1, 2, 3, 4, 5])
        #expect(sequences[5] >= 1_000)
        let first = String(decoding: messages[6].payload, as: UTF8.self)
        #expect(!first.contains("f_cnt"), "zero is left out")
    }

    @Test("an open bag nears the air outside, a closed one keeps")
    func physics() throws {
        func last(_ opened: String) throws -> Double {
            let messages = play(
                try scenario(
                    """
                    duration: 10m
                    fleets:
                      - format: generic-bag
                        interval: 5s
                        physics: {temperature: 65, ambient: 20, \(opened)}
                    """))
            return try #require(messages.last?.samples.last?.measurements.first).value
        }
        #expect(try last("insulation: 150m") > 60)
        #expect(abs(try last("opened: {at: 1m}") - 20) < 1)
    }
}
