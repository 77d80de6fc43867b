import Bridge
import ColdChain
import Glibc
import Journal

/// A process that writes a journal and says what it was told is durable, for tests that kill it or
/// let its disk fail.
///
/// - `JournalProbe commit PATH`: commits numbered batches until it is killed, and prints each number
///   after its commit. It goes on from the number the store tells, and commits the last batches'
///   readings anew, as a broker does that was not answered.
/// - `JournalProbe faults PATH COUNT`: commits that many batches. After a failure it prints
///   `failed KIND`, and `refused` when the writer takes nothing more; then it opens the store again,
///   prints `found NUMBER` for the last batch found there, and goes on. It ends with `done`.
@main
enum JournalProbe {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3 else { exit(64) }
        switch arguments[1] {
        case "commit": commitForEver(arguments[2])
        case "faults": commitThroughFaults(arguments[2], Int(arguments[3]) ?? 10)
        default: exit(64)
        }
    }

    private static func commitForEver(_ path: String) {
        do {
            let journal = try Journal(settings(path))
            let state = try journal.restore(now: Timestamp(milliseconds: 0))
            var number = state.lastEvent
            var batch = RecordBatch()
            while true {
                number += 1
                batch.removeAll()
                if number == 1 { introduce(into: &batch) }
                // What was told before and not acknowledged comes again.
                for earlier in max(1, Int64(number) - 3)..<max(1, Int64(number)) {
                    addReadings(of: UInt64(earlier), to: &batch)
                }
                add(number, to: &batch)
                _ = try journal.commit(batch)
                say("\(number)")
                _ = try journal.tidy(now: Timestamp(milliseconds: 0), milliseconds: 0)
            }
        } catch {
            say("failed \(error)")
            exit(1)
        }
    }

    private static func commitThroughFaults(_ path: String, _ count: Int) {
        // One fault a run: a second failure of the same run would be a fault of the program.
        for _ in 0..<3 {
            do {
                try commitUpTo(UInt64(count), path)
                say("done")
                exit(0)
            } catch {
                say("failed \(error.kind)")
            }
        }
        exit(1)
    }

    private static func commitUpTo(_ count: UInt64, _ path: String) throws(StoreError) {
        let journal = try Journal(settings(path))
        var number = try journal.restore(now: Timestamp(milliseconds: 0)).lastEvent
        say("found \(number)")
        var batch = RecordBatch()
        while number < count {
            number += 1
            batch.removeAll()
            if number == 1 { introduce(into: &batch) }
            add(number, to: &batch)
            do {
                _ = try journal.commit(batch)
                say("\(number)")
                _ = try journal.tidy(now: Timestamp(milliseconds: 0), milliseconds: 0)
            } catch {
                sayWhetherRefused(journal, batch)
                throw error
            }
        }
    }

    private static func sayWhetherRefused(_ journal: Journal, _ batch: RecordBatch) {
        do {
            _ = try journal.commit(batch)
            say("taken after a failure")
        } catch {
            say(error.kind == .poisoned ? "refused" : "failed twice")
        }
    }

    /// A small write-ahead log, so that checkpoints are among what is killed and what fails.
    private static func settings(_ path: String) -> JournalSettings {
        var settings = JournalSettings(path: path)
        settings.walBytes = 64 << 10
        return settings
    }

    private static func introduce(into batch: inout RecordBatch) {
        let start = Timestamp(milliseconds: 0)
        batch.sources.append(
            Source(
                number: SourceNumber(1), device: "device-1", carrier: .bag("bag-1"),
                profile: "generic/bag@1"))
        batch.orders.append(
            Order(
                number: OrderNumber(1), id: "order-1", foodClass: .cold, createdAt: start,
                updatedAt: start))
    }

    private static func add(_ number: UInt64, to batch: inout RecordBatch) {
        let instant = Timestamp(milliseconds: Int64(number))
        addReadings(of: number, to: &batch)
        batch.events.append(
            EventRecord(
                number: number, name: "order.temperature_alert", order: OrderNumber(1),
                occurredAt: instant, data: Array("{\"number\":\(number)}".utf8)))
        batch.deliveries.append(
            DeliveryRecord(
                number: number, endpoint: "kitchen", event: number, body: Array("{}".utf8),
                createdAt: instant, nextAttemptAt: instant))
    }

    /// Ten readings with the batch's number as their sequence.
    private static func addReadings(of number: UInt64, to batch: inout RecordBatch) {
        for probe in 0..<UInt8(10) {
            batch.readings.append(
                Reading(
                    source: SourceNumber(1),
                    measurement: Measurement(quantity: .temperature, probe: probe, value: 4),
                    measuredAt: Timestamp(milliseconds: Int64(number)), timeSource: .device,
                    receivedAt: Timestamp(milliseconds: Int64(number)),
                    sequence: Int64(number), quality: QualityFlags(), order: nil))
        }
    }

    /// Writes a line at once, past every buffer: the process may be gone in the next instant.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
    }
}
