import Bridge
import ColdChain
import Journal
import Testing

@Suite("However the stream is cut")
struct PropertyTests {
    /// The same readings in random batches, with random repeats of earlier ones, give the same log.
    @Test("B-2: splits and redeliveries leave no trace in the log", arguments: 1...24)
    func splitsAndRepeats(seed: Int) throws {
        var random = Lehmer(seed: UInt64(seed))
        let stream = makeStream(&random)
        let plain = try record([Array(stream.indices)], stream)
        var splits: [[Int]] = []
        var next = 0
        while next < stream.count {
            let end = min(next + 1 + Int(random.next(80)), stream.count)
            var batch = Array(next..<end)
            // What was sent before comes again, also within the same batch.
            for _ in 0..<random.next(20) { batch.append(Int(random.next(UInt32(end)))) }
            splits.append(batch)
            next = end
        }
        let torn = try record(splits, stream)
        #expect(torn.log == plain.log)
        #expect(torn.state.newestMeasurement == plain.state.newestMeasurement)
        #expect(torn.orderLog == plain.orderLog)
        let sent = splits.reduce(0) { $0 + $1.count }
        #expect(torn.recorded == plain.recorded)
        #expect(torn.recorded + torn.duplicates == sent)
    }

    private struct Outcome {
        var log: [LoggedReading]
        var orderLog: OrderTemperatureLog?
        var state: RestoredState
        var recorded: Int
        var duplicates: Int
    }

    private func makeStream(_ random: inout Lehmer) -> [Reading] {
        (0..<1_000).map { _ in
            reading(
                1 + random.next(3), at: Int64(random.next(300)), Double(random.next(3)),
                quantity: random.next(2) == 0 ? .temperature : .humidity)
        }
    }

    /// Commits `batches`, each a list of indices into the stream, with a restart in the middle.
    private func record(_ batches: [[Int]], _ stream: [Reading]) throws -> Outcome {
        let scratch = try Scratch()
        var recorded = 0
        var duplicates = 0
        for half in [batches.prefix(batches.count / 2), batches.dropFirst(batches.count / 2)] {
            let journal = try Journal(scratch.settings)
            if try journal.restore(now: at(0)).sources.isEmpty {
                try journal.commit { batch in
                    batch.sources = sources(bags: 3)
                    batch.orders = [order()]
                    batch.custody = [
                        Custody(bag: "bag-2", order: OrderNumber(1), from: at(50), until: at(200))
                    ]
                }
            }
            for indices in half {
                let receipt = try journal.commit { batch in
                    batch.readings = indices.map { stream[$0] }
                }
                recorded += receipt.readings
                duplicates += receipt.duplicateReadings
            }
        }
        let state = try Journal(scratch.settings).restore(now: at(0))
        let reader = try JournalReader(path: scratch.path)
        try reader.verify()
        return Outcome(
            log: try allReadings(scratch),
            orderLog: try reader.temperatureLog(order: "order-1", limit: 10_000), state: state,
            recorded: recorded, duplicates: duplicates)
    }
}
