import ColdChain
import Foundation
import SimulatedHardware
import Testing
import Wire

@Suite("What the truth says of a scenario (B-3, B-4)")
struct TruthTests {
    private typealias Fact = IndependentDecoder.Fact

    /// A line of the truth, read as somebody else would.
    private func fact(_ line: Substring.UTF8View) throws -> Fact {
        let object = try JSONSerialization.jsonObject(with: Data(line))
        let row = try #require(object as? [String: Any])
        var fact = Fact(
            device: try #require(row["device"] as? String),
            quantity: try #require(row["quantity"] as? String),
            source: try #require(row["timeSource"] as? String))
        fact.probe = (row["probe"] as? NSNumber)?.intValue ?? 0
        fact.marker = row["marker"] as? String
        fact.sequence = (row["sequence"] as? NSNumber)?.int64Value
        fact.notes = Set(try #require(row["notes"] as? [String]))
        for name in [
            "value", "latitude", "longitude", "speed", "heading", "accuracy", "altitude",
            "satellites",
        ] {
            if let value = (row[name] as? NSNumber)?.doubleValue { fact.values[name] = value }
        }
        if let text = row["measuredAt"] as? String {
            let time: Int64 = try #require(RFC3339.parse(text))
            fact.time = time
        }
        return fact
    }

    @Test(
        "an independent decoder reads back every value, time, note and marker, and no more",
        arguments: [UInt64(20_261_120), 1, 2])
    func readBack(seed: UInt64) throws {
        var scenario = try Scenario(yaml: lunchRush())
        scenario.seed = seed
        var decoder = IndependentDecoder()
        var writer = JSONWriter()
        var readings = 0
        for message in play(scenario) {
            var lines: [UInt8] = []
            message.appendTruth(to: &lines, &writer)
            let truth = try String(decoding: lines, as: UTF8.self).split(separator: "\n")
                .map { try fact($0.utf8) }
            let decoded = try decoder.facts(message.format, topic: message.topic, message.payload)
            readings += truth.count
            guard truth.count == decoded.count, Set(truth) == Set(decoded) else {
                Issue.record("message \(message.number): \(truth) is not \(decoded)")
                return
            }
        }
        #expect(readings > 40_000)
    }

    @Test("in the shipped scenario every fault that a fleet lists befalls one of its devices")
    func everythingHappens() throws {
        let scenario = try Scenario(yaml: lunchRush())
        for (place, fleet) in scenario.fleets.enumerated() {
            // The others stay, since each fleet draws from numbers of its own place, but are small.
            var shown = scenario
            for other in shown.fleets.indices where other != place {
                shown.fleets[other].count = 1
                shown.fleets[other].intervalMilliseconds = 86_400_000
            }
            let with = play(shown).map(\.payload)
            for fault in fleet.faults.keys {
                var without = shown
                without.fleets[place].faults[fault] = nil
                let befalls = play(without).map(\.payload) != with
                #expect(befalls, "\(fleet.format) \(fault)")
            }
        }
    }

    @Test("each marker of the formats, each time source and each note of the faults is in the run")
    func variety() throws {
        let samples = play(try Scenario(yaml: lunchRush())).flatMap(\.samples)
        let markers = Set(samples.flatMap(\.measurements).compactMap(\.marker))
        #expect(markers.isSuperset(of: [.notAvailable, .probeAbsent]))
        #expect(Set(samples.map(\.timeSource)) == Set(TimeSource.allCases))
        let notes = samples.reduce(ReadingNotes()) { $0.union($1.notes) }
        #expect(notes == [.clockUnset, .buffered, .noFix])
    }
}
