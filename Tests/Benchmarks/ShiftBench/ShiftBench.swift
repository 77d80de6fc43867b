import Bridge
import ColdChain
import Configuration
import Glibc
import Shift

/// What a shift costs the engine, and what late readings cost it: `ShiftBench [BAGS [HOURS]]`.
///
/// A shift is played as it happened with every test and with those of one value only, by turns, and
/// then an hour of a bag's readings, one a second, comes late in one message. Printed is the process's
/// own time for each reading, with the commits and what is asked of the log.
@main
struct ShiftBench {
    static func main() {
        let numbers = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        let extent = Shift.Extent(
            bags: numbers.first ?? 200, hours: numbers.dropFirst().first ?? 8, interval: 30...60)
        do {
            let profile = try LimitCatalogue().profile("uk")
            try measureShift(extent, ShiftTrial.settings(profile))
            for seconds in [900, 1_800, 3_600, 7_200] {
                try measureLateBatch(seconds, ShiftTrial.settings(profile))
            }
        } catch {
            print("failed: \(error)")
            exit(1)
        }
    }

    /// The process's own time since its start, in nanoseconds.
    private static var spent: Int64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private static func measureShift(_ extent: Shift.Extent, _ settings: BridgeSettings) throws {
        let shift = Shift(seed: 1, extent: extent)
        let end = shift.end.advanced(byMilliseconds: Arrivals.tail)
        for manner in [Arrivals.Manner.atOnce, .happened] {
            let arrivals = Arrivals(of: shift, manner, seed: 1)
            var least: [ReadingChecks.Extent: Int64] = [:]
            for _ in 0..<3 {
                for checks in [ReadingChecks.Extent.grossRange, .all] {
                    var chosen = settings
                    chosen.checks.extent = checks
                    let begun = spent
                    let engine = try ShiftEngine.play(
                        shift, arrivals, settings: chosen, asking: .byChannels, until: end)
                    let cost = (spent - begun) / Int64(engine.counters.readings)
                    least[checks] = min(least[checks] ?? cost, cost)
                }
            }
            let (all, one) = (least[.all] ?? 0, least[.grossRange] ?? 0)
            print(
                "\(manner): \(shift.readings) readings of \(extent.bags) bags, ns a reading:",
                "every test \(all), gross range only \(one),",
                "ratio \(Double(all * 100 / max(one, 1)) / 100)")
        }
    }

    /// A bag that carries cold food speaks once a second; after a while all but the last reading of
    /// `count` seconds comes in one message.
    private static func measureLateBatch(_ count: Int, _ settings: BridgeSettings) throws {
        var least = Int64.max
        for _ in 0..<5 {
            let engine = try ShiftEngine.carrying(settings, bag: "bag-0")
            try engine.receive(seconds: 0..<600, ofBag: "bag-0")
            let last = 600 + count
            try engine.receive(seconds: last..<last + 60, ofBag: "bag-0")
            let begun = spent
            try engine.receive(late: 600..<last, ofBag: "bag-0", at: last + 60)
            least = min(least, spent - begun)
        }
        print(
            "late batch of \(count): \(Double(least / 10_000) / 100) ms,",
            "\(least / Int64(count)) ns a reading")
    }
}
