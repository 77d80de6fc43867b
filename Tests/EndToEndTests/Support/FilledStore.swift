import Bridge
import ColdChain
import Foundation
import Journal
import TestSupport

/// A store that was filled without a daemon, and a configuration that names it.
struct FilledStore {
    let folder = TemporaryDirectory()
    /// Six hours ago, at a whole second.
    let start = Int64(now() / 1_000 - 6 * 3_600) * 1_000

    var configurationFile: String { folder.file("freshwire.yaml") }
    var directory: String { folder.file("store") }

    init(_ fill: (inout RecordBatch, Int64) -> Void) throws {
        folder.write("store:\n  directory: \(folder.file("store"))\n", to: "freshwire.yaml")
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let journal = try Journal(JournalSettings(path: directory + "/freshwire.sqlite"))
        var batch = RecordBatch()
        fill(&batch, start)
        // In slices, as a daemon would commit them.
        let readings = batch.readings
        batch.readings = []
        _ = try journal.commit(batch)
        for first in stride(from: 0, to: readings.count, by: 20_000) {
            batch.removeAll()
            batch.readings = Array(readings[first..<min(first + 20_000, readings.count)])
            _ = try journal.commit(batch)
        }
    }

    /// A daemon on this store, without a broker.
    func daemon() throws -> Freshwire {
        var settings = Freshwire.Settings()
        settings.store = directory
        return try Freshwire(brokerPort: LoopbackPort.free(), settings)
    }

    func export(_ arguments: [String], environment: [String] = []) throws -> Ran {
        try Ran(
            "env",
            environment + [Freshwire.program, "export", "--config", configurationFile] + arguments)
    }

    /// What `Tests/Interop/exports.py` reads in a text.
    var epoch: String {
        get throws {
            let ran = try Ran(
                "sqlite3",
                ["-readonly", directory + "/freshwire.sqlite", "SELECT epoch FROM store"])
            return ran.output.trimmingCharacters(in: .newlines)
        }
    }
}

extension FilledStore {
    /// Orders `ORD-1` (two bags, two excursions, one of them open) and `ORD-2` (a bag that says
    /// nothing), and a sensor in a bag on no order.
    static func delivery(rows: Int = 300) throws -> FilledStore {
        try FilledStore { batch, start in
            batch.sources = [
                source(1, device: "dev-1", bag: "bag-1"), source(2, device: "dev 2", bag: "bag-2"),
                source(3, device: "dev-3", bag: "bag-3"),
            ]
            batch.orders = [
                order(1, "ORD-1", customer: "c-1", at: start),
                order(2, "ORD-2", customer: "c-2", at: start),
            ]
            batch.custody = [
                Custody(
                    bag: "bag-1", order: OrderNumber(1), from: at(start),
                    until: at(start + 3_600_000)),
                Custody(bag: "bag-2", order: OrderNumber(1), from: at(start + 60_000)),
                Custody(bag: "bag-9", order: OrderNumber(2), from: at(start)),
            ]
            batch.excursions = [
                excursion(1, source: 1, from: start + 600_000, until: start + 900_000, peak: 51.5),
                excursion(2, source: 2, from: start + 900_000, until: nil, peak: 55),
            ]
            for index in 0..<rows {
                let instant = start + Int64(index) * 20_000
                let number = UInt32(index % 3 + 1)
                var reading = reading(number, at: instant, 58 + Double(index % 7) / 4)
                if index % 50 == 3 { reading.quality[.grossRange] = .bad }
                if number == 1, instant < start + 3_600_000 { reading.order = OrderNumber(1) }
                batch.readings.append(reading)
                if index % 10 == 0 {
                    batch.readings.append(reading.with(.humidity, 40 + Double(index % 9)))
                }
                if index % 25 == 0 { batch.readings.append(reading.withoutNumber) }
            }
        }
    }

    static func source(_ number: UInt32, device: String, bag: String) -> Source {
        Source(
            number: SourceNumber(number), device: device, carrier: .bag(bag),
            profile: "generic/bag@1")
    }

    static func order(_ number: UInt32, _ id: String, customer: String, at start: Int64) -> Order {
        Order(
            number: OrderNumber(number), id: id, foodClass: .hot, status: .inTransit,
            customer: customer, createdAt: at(start), updatedAt: at(start))
    }

    static func excursion(
        _ number: UInt64, source: UInt32, from: Int64, until: Int64?, peak: Double
    ) -> Excursion {
        Excursion(
            number: number, order: OrderNumber(1), source: SourceNumber(source), foodClass: .hot,
            limit: CriticalLimit(minimum: 57), limitProfile: "us-fda-2022",
            judged: JudgedExcursion(
                state: until == nil ? .active : .closed, startedAt: TraceTime(at(from)),
                activatedAt: TraceTime(at(from)), cause: .grace,
                closedAt: until.map { TraceTime(at($0)) },
                closeReason: until == nil ? nil : .cleared, peak: peak))
    }

    static func reading(_ source: UInt32, at instant: Int64, _ value: Double) -> Reading {
        var quality = QualityFlags()
        quality[.grossRange] = .good
        quality[.eventTime] = .good
        return Reading(
            source: SourceNumber(source),
            measurement: Measurement(quantity: .temperature, value: value),
            measuredAt: at(instant), timeSource: .device, receivedAt: at(instant + 1_500),
            sequence: nil, quality: quality, order: nil)
    }

    static func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }
}

extension Reading {
    func with(_ quantity: Quantity, _ value: Double) -> Reading {
        var other = self
        other.measurement = Measurement(quantity: quantity, value: value)
        return other
    }

    var withoutNumber: Reading {
        var other = self
        other.measurement = Measurement(quantity: .temperature, probe: 1, marker: .probeAbsent)
        other.quality = QualityFlags()
        other.quality[.sentinel] = .missing
        other.notes = [.clockUnset, .buffered]
        return other
    }
}
