import Fabric

/// What publishing to many costs one subscriber, and what an idle connection costs in memory.
///
/// `swift run -c release FabricBench [--smoke]`
@main
struct FabricBench {
    static func main() {
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
