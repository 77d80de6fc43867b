import Bridge
import Foundation
import TestSupport
import Testing

/// Exports that are larger than any buffer: what they cost, and what a client that leaves costs.
@Suite struct ExportStreamTests {
    static let rows = 200_000

    private static func largeStore(rows: Int = rows) throws -> FilledStore {
        try FilledStore { batch, start in
            batch.sources = [FilledStore.source(1, device: "dev-1", bag: "bag-1")]
            batch.readings = (0..<rows).map {
                FilledStore.reading(1, at: start + Int64($0) * 100, 4 + Double($0 % 100) / 100)
            }
        }
    }

    private static func arguments(_ daemon: Freshwire, _ path: String, _ token: String) -> [String]
    {
        [
            "--silent", "--show-error", "--fail", "--header", "Authorization: Bearer \(token)",
            "http://127.0.0.1:\(daemon.port)\(path)",
        ]
    }

    @Test(
        "200,000 readings leave the daemon piece by piece, and its memory does not grow with them")
    func memory() throws {
        let store = try Self.largeStore()
        let daemon = try store.daemon()
        let token = try daemon.token()
        // The first export opens the reader's connection and fills its caches.
        _ = try daemon.request("/v1/export/readings?bag=none", token: token)
        for (format, minimum) in [("json", 80 << 20), ("csv", 20 << 20)] {
            let before = daemon.memory
            var peak = 0
            let file = daemon.folder.file(format)
            let path = "/v1/export/readings?format=\(format)"
            let client = try ChildProcess(
                "curl", Self.arguments(daemon, path, token), output: file)
            while client.isRunning {
                peak = max(peak, daemon.memory)
                usleep(5_000)
            }
            #expect(try client.wait() == .exit(0))
            let command = try store.export(["--format", format])
            let text = daemon.folder.read(format)
            #expect(text == command.output)
            #expect(text.utf8.count > minimum)
            let grown = peak - before
            #expect(grown < 12 << 10, "\(grown) KiB for \(text.utf8.count) bytes")
        }
    }

    @Test("a bag's readings are exported once each, by time, however many there are")
    func selected() throws {
        let store = try Self.largeStore(rows: 60_000)
        let ran = try store.export(["--format", "csv", "--bag", "bag-1"])
        #expect(ran.output == (try store.export(["--format", "csv"])).output)
        #expect(ran.errors == "60000 readings\n")
    }

    @Test("a client that leaves, or does not read, leaves no export behind and delays no other")
    func abandoned() throws {
        // Some 15 MB, of which the kernel's buffers take less than half.
        let store = try Self.largeStore(rows: 40_000)
        let daemon = try store.daemon()
        let token = try daemon.token()
        let path = "/v1/export/readings?format=json"
        // More in all than may be under way at once.
        for round in 0..<3 {
            var clients: [ChildProcess] = []
            for number in 0..<8 {
                clients.append(
                    try ChildProcess(
                        "curl", ["--limit-rate", "2k"] + Self.arguments(daemon, path, token),
                        output: daemon.folder.file("slow-\(number)")))
            }
            #expect(
                eventually {
                    (0..<8).allSatisfy { daemon.folder.read("slow-\($0)").utf8.count > 1_000 }
                }, "round \(round)")
            let refused = try daemon.request(path, token: token)
            #expect(refused.status == 503, "\(refused.body.prefix(200))")
            #expect(try daemon.request("/v1/devices", token: token).status == 200)
            for client in clients {
                client.send(signal: SIGKILL)
                _ = try client.wait()
            }
            #expect(
                try eventually {
                    try daemon.request("/v1/export/readings?bag=none", token: token).status == 200
                }, "round \(round)")
        }
    }
}
