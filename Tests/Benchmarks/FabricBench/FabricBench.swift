import CAllocationCounter
import Fabric

/// What publishing to many costs one subscriber, and what an idle connection costs in memory.
///
/// `swift run -c release FabricBench [--smoke | --allocations]`
///
/// With `--allocations` it prints, as JSON, how many a delivery takes in steady state.
@main
struct FabricBench {
    static func main() {
        guard !CommandLine.arguments.contains("--allocations") else {
            countAllocations()
            return
        }
        let isSmoke = CommandLine.arguments.contains("--smoke")
        let rounds = isSmoke ? 1 : 9
        let deliveries = isSmoke ? 20_000 : 2_000_000
        reportIdleMemory(connections: isSmoke ? 1000 : 40_000)
        report(FanOut(channels: 10_000, subscribers: 0, eventsATurn: 1), rounds, deliveries)
        report(FanOut(channels: 1, subscribers: 10_000, eventsATurn: 1), rounds, deliveries)
        report(FanOut(channels: 1, subscribers: 10_000, eventsATurn: 16), rounds, deliveries)
        report(FanOut(channels: 1000, subscribers: 10, eventsATurn: 1), rounds, deliveries)
        report(FanOut(channels: 1000, subscribers: 10, eventsATurn: 4), rounds, deliveries)
        report(
            FanOut(channels: 100, subscribers: 100, eventsATurn: 1, isShared: true), rounds,
            deliveries)
    }

    /// A burst to a thousand subscribers again and again: what outboxes and frames need is there after
    /// the first ones.
    private static func countAllocations() {
        let scene = FanOut(channels: 1, subscribers: 1000, eventsATurn: 10)
        let turns = 100
        let counts = FanOut.Kind.allCases.map { kind in
            var stage = FanOut.Stage(scene, kind: kind)
            _ = stage.run(turns: turns)
            let before = allocation_count()
            _ = stage.run(turns: turns)
            let count = allocation_count() - before
            return "\"\(kind)\":\(Double(count) / Double(turns * scene.deliveriesATurn))"
        }
        print("{\(counts.joined(separator: ","))}")
    }

    private static func report(_ scene: FanOut, _ rounds: Int, _ deliveries: Int) {
        for kind in FanOut.Kind.allCases {
            var best = FanOut.Cost(publish: .infinity, fill: .infinity)
            var stage = FanOut.Stage(scene, kind: kind)
            let turns = max(deliveries / scene.deliveriesATurn, 1)
            _ = stage.run(turns: max(turns / 10, 2))
            for _ in 0..<rounds {
                let cost = stage.run(turns: turns)
                if cost.total < best.total { best = cost }
            }
            print(scene.name, kind, "ns/delivery:", best.text, "check:", stage.bytesWritten)
        }
    }

    /// The process's growth for each connection that has one subscription and is drained. All follow
    /// one order, so that neither orders nor frames are counted.
    private static func reportIdleMemory(connections: Int) {
        var stage = FanOut.Stage(
            FanOut(channels: 1, subscribers: connections, eventsATurn: 1), kind: .record)
        let silent = residentBytes()
        print(
            "idle connection that never got an event:",
            (silent - stage.residentBytesBefore) / connections, "bytes")
        _ = stage.run(turns: 1)
        print(
            "idle connection that got one:",
            (residentBytes() - stage.residentBytesBefore) / connections, "bytes")
    }
}
