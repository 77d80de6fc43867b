import Bridge
import ColdChain
import Configuration
import Glibc
import Shift
import Wire

/// What a shift costs the engine, and what late readings cost it: `ShiftBench [BAGS [HOURS [LATE]]]`.
///
/// A shift is played as it happened with every test and with those of one value only, by turns, and
/// then LATE readings of a bag, one a second, come late in one message, and half as many. Printed as
/// JSON is the process's own time, with the commits and what is asked of the log.
@main
struct ShiftBench {
    /// The least of so many runs is what it costs.
    private static let shiftRuns = 3
    private static let lateRuns = 5

    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard numbers.count == CommandLine.arguments.count - 1, numbers.count <= 3,
            numbers.allSatisfy({ $0 > 0 })
        else {
            print("usage: ShiftBench [BAGS [HOURS [LATE]]]")
            exit(2)
        }
        let chosen = numbers + [200, 8, 7_200][numbers.count...]
        do {
            try run(
                Shift.Extent(bags: chosen[0], hours: chosen[1], interval: 30...60),
                late: chosen[2])
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    private static func run(_ extent: Shift.Extent, late: Int) throws {
        let settings = ShiftTrial.settings(try LimitCatalogue().profile("uk"))
        let shift = Shift(seed: 1, extent: extent)
        var costs: [(manner: Arrivals.Manner, cost: ShiftCost)] = []
        for manner in [Arrivals.Manner.atOnce, .happened] {
            costs.append((manner, try costOfShift(shift, manner, settings)))
        }
        var batches: [(readings: Int, nanoseconds: Int64)] = []
        for count in [(late + 1) / 2, late] {
            batches.append((count, try costOfLateBatch(count, settings)))
        }
        var line = JSONWriter()
        line.object { object in
            object.name("shifts")
            object.array { list in
                for (manner, cost) in costs { write(manner, cost, to: &list) }
            }
            object.name("lateBatches")
            object.array { list in
                for batch in batches {
                    list.object {
                        $0.member("readings", Int64(batch.readings))
                        $0.member("nanoseconds", batch.nanoseconds)
                    }
                }
            }
        }
        print(String(decoding: line.bytes, as: UTF8.self))
    }

    private static func write(
        _ manner: Arrivals.Manner, _ cost: ShiftCost, to list: inout JSONWriter
    ) {
        list.object {
            $0.member("manner", "\(manner)")
            $0.member("readings", Int64(cost.readings))
            $0.member("grossRange", cost.grossRange)
            $0.member("allChecks", cost.allChecks)
        }
    }

    /// Nanoseconds a reading.
    private struct ShiftCost {
        var readings = 0
        var grossRange = Int64.max
        var allChecks = Int64.max
    }

    /// The process's own time since its start, in nanoseconds.
    private static var spent: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func costOfShift(
        _ shift: Shift, _ manner: Arrivals.Manner, _ settings: BridgeSettings
    ) throws -> ShiftCost {
        let end = shift.end.advanced(byMilliseconds: Arrivals.tail)
        let arrivals = Arrivals(of: shift, manner, seed: 1)
        var least = ShiftCost()
        for _ in 0..<shiftRuns {
            for checks in [ReadingChecks.Extent.grossRange, .all] {
                var chosen = settings
                chosen.checks.extent = checks
                let begun = spent
                let engine = try ShiftEngine.play(
                    shift, arrivals, settings: chosen, asking: .byChannels, until: end)
                least.readings = Int(clamping: engine.counters.readings)
                let cost = (spent - begun) / Int64(max(least.readings, 1))
                switch checks {
                case .all: least.allChecks = min(least.allChecks, cost)
                case .grossRange: least.grossRange = min(least.grossRange, cost)
                }
            }
        }
        return least
    }

    /// A bag that carries cold food speaks once a second; after a while all but the last reading of
    /// `count` seconds comes in one message.
    private static func costOfLateBatch(_ count: Int, _ settings: BridgeSettings) throws -> Int64 {
        var least = Int64.max
        for _ in 0..<lateRuns {
            let engine = try ShiftEngine.carrying(settings, bag: "bag-0")
            try engine.receive(seconds: 0..<600, ofBag: "bag-0")
            let last = 600 + count
            try engine.receive(seconds: last..<last + 60, ofBag: "bag-0")
            let begun = spent
            try engine.receive(late: 600..<last, ofBag: "bag-0", at: last + 60)
            least = min(least, spent - begun)
        }
        return least
    }
}
