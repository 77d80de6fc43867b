import Foundation
import TestSupport
import Testing

/// A disk of its own, small enough to be filled: a tmpfs that ends with this value.
final class SmallDisk {
    let path: String
    private let folder = TemporaryDirectory()

    static let canBeMounted: Bool = {
        getuid() == 0 && (try? SmallDisk(mebibytes: 1)) != nil
    }()

    init(mebibytes: Int) throws {
        path = folder.file("disk")
        guard try Ran("mkdir", [path]).end == .exit(0) else {
            throw Unexpected(description: "\(path) cannot be made")
        }
        let mounted = try Ran("mount", ["-t", "tmpfs", "-o", "size=\(mebibytes)m", "tmpfs", path])
        guard mounted.end == .exit(0) else { throw Unexpected(description: mounted.errors) }
    }

    deinit {
        // Whoever still uses it keeps it until it ends.
        _ = try? Ran("umount", ["--lazy", path])
    }

    /// Leaves no free byte.
    func fill() throws {
        // dd ends with an error when the disk is full: that is what it is for.
        _ = try Ran("dd", ["if=/dev/zero", "of=\(path)/filler", "bs=4096"])
    }

    func free() throws {
        _ = try Ran("rm", ["\(path)/filler"])
    }
}

@Suite struct FullDiskTests {
    @Test(
        "B-2: on a full disk nothing is acknowledged and health says so; with room again it goes on",
        .enabled(if: SmallDisk.canBeMounted, "a tmpfs needs root and the right to mount"),
        arguments: [false, true])
    func full(isKilled: Bool) throws {
        let disk = try SmallDisk(mebibytes: 16)
        let broker = try Mosquitto(.deployed)
        var settings = Freshwire.Settings()
        settings.store = "\(disk.path)/store"
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        let publisher = try LoadPublisher(port: broker.port, rate: 200, bags: 5)
        #expect(try eventually { try daemon.metric("freshwire_readings_total") ?? 0 > 200 })

        try disk.fill()
        #expect(
            try eventually(within: .seconds(30)) {
                try daemon.metric("freshwire_store_failures_total") ?? 0 > 0
            }, "\(daemon.log)")
        #expect(try daemon.request("/health/ready").status == 503)
        let before = publisher.acknowledged.count
        #expect(
            eventually(within: .seconds(30)) { publisher.acknowledged.count > before + 200 },
            "the broker takes for us what we cannot")
        let order = try daemon.request(
            "/v1/orders", method: "POST", token: try daemon.token(),
            body: #"{"id":"ORD-1","foodClass":"hot"}"#)
        #expect(order.status == 503)
        #expect(daemon.isRunning)

        if isKilled {
            try daemon.kill()
            try disk.free()
            try daemon.start()
        } else {
            try disk.free()
        }
        #expect(eventually(within: .seconds(30)) { daemon.isReady }, "\(daemon.log)")
        try publisher.finish()
        let acknowledged = Set(publisher.acknowledged.map(\.number))
        var numbers: [Int] = []
        #expect(
            try eventually(within: .seconds(30)) {
                numbers = try daemon.exported().compactMap(\.sequence)
                return acknowledged.isSubset(of: Set(numbers))
            }, "\(daemon.log)")
        #expect(Set(numbers).count == numbers.count)
        #expect(try daemon.metric("freshwire_store_open") == 1)
        let checked = try Ran("sqlite3", ["-readonly", daemon.storeFile, "PRAGMA integrity_check"])
        #expect(checked.output == "ok\n")
    }

    @Test("B-2: where the disk fails to flush, nothing is acknowledged; after it, nothing is lost")
    func failingFlush() throws {
        let broker = try Mosquitto(.deployed)
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let publisher = try LoadPublisher(port: broker.port, rate: 200, bags: 5)
        #expect(try eventually { try daemon.metric("freshwire_readings_total") ?? 0 > 100 })
        let folder = TemporaryDirectory()
        let fault = try ChildProcess(
            "strace",
            [
                "-f", "-p", "\(daemon.identifier)", "-e", "trace=fdatasync,fsync", "-e",
                "inject=fdatasync,fsync:error=EIO:when=5+",
            ], output: folder.file("trace"))
        try #require(
            try eventually(within: .seconds(30)) {
                try daemon.metric("freshwire_store_failures_total") ?? 0 > 0
            }, "\(folder.read("trace"))")
        #expect(eventually { !daemon.isReady })
        fault.send(signal: SIGINT)
        try fault.wait()
        #expect(eventually(within: .seconds(30)) { daemon.isReady }, "\(daemon.log)")
        try publisher.finish()
        let acknowledged = Set(publisher.acknowledged.map(\.number))
        var numbers: [Int] = []
        #expect(
            try eventually(within: .seconds(30)) {
                numbers = try daemon.exported().compactMap(\.sequence)
                return acknowledged.isSubset(of: Set(numbers))
            }, "\(daemon.log)")
        #expect(Set(numbers).count == numbers.count)
    }
}
