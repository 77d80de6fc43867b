import CodecSandbox
import Glibc
import System
import TestSupport
import Testing

/// One after the other: they tell a program that hangs from one that is not given the processor.
@Suite("The codec program's deaths and absences", .serialized)
struct LifeTests {
    private static let source = """
        function Decoder(bytes, port) {
            if (port === 2) while (true);
            if (port === 3) (async function () { for (;;) await 0; })();
            if (port === 4) for (var i = 0, s = 0; i < 100000; i++) s += i;
            return { n: bytes[0] };
        }
        """

    private static func identifier(of sandbox: Sandbox) -> Int32? {
        sandbox.process.programIdentifier
    }

    @Test("B-8: killed from outside in the middle of a batch, not one call is lost")
    func killed() throws {
        let sandbox = try Sandbox(Self.source)
        #expect(sandbox.decode(1, port: 1, [9]) == .data(#"{"n":9}"#))
        let identifier = try #require(Self.identifier(of: sandbox))
        for number in 0..<2_000 { sandbox.begin(1, port: 4, [UInt8(number & 255)]) }
        let killer = try Thread(name: "killer") {
            Clock.sleep(milliseconds: 30)
            kill(identifier, SIGKILL)
        }
        let answers = sandbox.finish()
        killer.join()
        #expect(answers == (0..<2_000).map { .data("{\"n\":\($0 & 255)}") })
        #expect(sandbox.process.counters.deaths == 1)
        #expect(sandbox.process.counters.starts == 2)
    }

    @Test("killed between two batches, it is started again with all codecs")
    func killedWhileIdle() throws {
        let sandbox = try Sandbox(Self.source)
        try sandbox.load(7, "function Decoder() { return { seven: 7 }; }")
        kill(try #require(Self.identifier(of: sandbox)), SIGKILL)
        #expect(sandbox.decode(7) == .data(#"{"seven":7}"#))
        #expect(sandbox.decode(1, [5]) == .data(#"{"n":5}"#))
    }

    @Test("stopped by a signal, it is killed after the stall limit and its calls are made again")
    func stopped() throws {
        let sandbox = try Sandbox(Self.source) { $0.stallLimit = 4_000_000_000 }
        kill(try #require(Self.identifier(of: sandbox)), SIGSTOP)
        for number in UInt8(0)..<3 { sandbox.begin(1, [number]) }
        #expect(sandbox.finish() == (0..<3).map { .data("{\"n\":\($0)}") })
    }

    @Test("a codec that times out again and again is suspended, and the others go on")
    func suspension() throws {
        let sandbox = try Sandbox(Self.source) { $0.suspension = 3_000_000_000 }
        try sandbox.load(2, Self.source)
        for _ in 0..<10 { sandbox.begin(1, port: 2) }
        for _ in 0..<10 { sandbox.begin(2, [1]) }
        let answers = sandbox.finish()
        let suspended = [Answer](repeating: .failed(.codecSuspended), count: 7)
        #expect(answers[..<3] == [.failed(.timedOut), .failed(.timedOut), .failed(.timedOut)])
        #expect(Array(answers[3..<10]) == suspended)
        #expect(answers[10...].allSatisfy { $0 == .data(#"{"n":1}"#) })
        #expect(sandbox.process.isSuspended(codec: 1))
        #expect(sandbox.decode(1, [4]) == .failed(.codecSuspended))
        #expect(sandbox.process.counters.failures(.codecSuspended) == 8)
        #expect(sandbox.process.counters.deaths == 0)
        Clock.sleep(milliseconds: 3_050)
        #expect(sandbox.decode(1, [4]) == .data(#"{"n":4}"#))
        #expect(!sandbox.process.isSuspended(codec: 1))
    }

    @Test("a good call between bad ones clears the record")
    func forgiven() throws {
        let sandbox = try Sandbox(Self.source) { $0.timeLimitMilliseconds = 50 }
        for _ in 0..<4 {
            sandbox.begin(1, port: 2)
            sandbox.begin(1, [1])
        }
        let answers = sandbox.finish()
        #expect(answers.filter { $0 == .failed(.timedOut) }.count == 4)
        #expect(answers.filter { $0 == .data(#"{"n":1}"#) }.count == 4)
    }

    @Test("a codec that the program dies of is suspended as well")
    func killers() throws {
        let sandbox = try Sandbox(Self.source) {
            $0.stallLimit = 4_000_000_000
            $0.strikes = 2
        }
        try sandbox.load(2, Self.source)
        for _ in 0..<4 { sandbox.begin(1, port: 3) }
        sandbox.begin(2, [1])
        #expect(
            sandbox.finish() == [
                .failed(.timedOut), .failed(.timedOut), .failed(.codecSuspended),
                .failed(.codecSuspended), .data(#"{"n":1}"#),
            ])
        #expect(sandbox.process.counters.deaths == 2)
    }

    @Test("a program that dies too often is left alone for a while, and calls fail at once")
    func tooManyDeaths() throws {
        let sandbox = try Sandbox(Self.source) {
            $0.stallLimit = 4_000_000_000
            $0.strikes = 100
            $0.starts.free = 2
            $0.starts.firstPause = 3_000_000_000
            $0.starts.period = 60_000_000_000
        }
        sandbox.begin(1, port: 3)
        sandbox.begin(1, port: 3)
        sandbox.begin(1, [1])
        let answers = sandbox.finish()
        #expect(answers.first == .failed(.timedOut))
        // On a machine that gives it no processor the program may use up a start without a call.
        #expect([.failed(.timedOut), .failed(.sandboxUnavailable)].contains(answers[1]))
        #expect(answers.last == .failed(.sandboxUnavailable))
        #expect(sandbox.decode(1, [1]) == .failed(.sandboxUnavailable))
        guard case .unavailable = sandbox.process.availability else {
            Issue.record("\(sandbox.process.availability)")
            return
        }
        Clock.sleep(milliseconds: 3_050)
        #expect(sandbox.decode(1, [1]) == .data(#"{"n":1}"#))
        #expect(sandbox.process.availability == .running)
    }

    @Test("calls that the deadline leaves open are said to be, and the next batch is made")
    func deadline() throws {
        let sandbox = try Sandbox(Self.source) { $0.timeLimitMilliseconds = 10_000 }
        sandbox.begin(1, [1])
        sandbox.begin(1, port: 2)
        sandbox.begin(1, [2])
        let answers = sandbox.finish(within: 500_000_000)
        #expect(answers.count == 3)
        #expect(answers.last == .failed(.deadlinePassed))
        #expect(sandbox.decode(1, [3]) == .data(#"{"n":3}"#))
    }

    @Test("without the program, codecs wait for it and calls fail at once")
    func missing() {
        let sandbox = Sandbox { $0.program = "/nonexistent/freshwire-codecs" }
        let loading = sandbox.process.load(codec: 1, source: Array(Self.source.utf8))
        guard case .waiting(let reason) = loading else {
            Issue.record("\(loading)")
            return
        }
        #expect(reason.contains("No such file"))
        #expect(sandbox.process.availability == .unavailable(reason: reason))
        #expect(sandbox.decode() == .failed(.sandboxUnavailable))
        #expect(sandbox.process.counters.starts == 0)
    }

    @Test("a program that ends at once is unavailable, with its last words as the reason")
    func words() throws {
        let directory = TemporaryDirectory()
        let path = directory.write(
            "#!/bin/sh\necho 'libjavascriptcoregtk-4.1.so.0: cannot open' >&2\nexit 127\n",
            to: "codecs")
        #expect(unsafe chmod(path, 0o700) == 0)
        let sandbox = Sandbox { $0.program = path }
        _ = sandbox.process.load(codec: 1, source: Array(Self.source.utf8))
        guard case .unavailable(let reason) = sandbox.process.availability else {
            Issue.record("\(sandbox.process.availability)")
            return
        }
        #expect(reason.contains("libjavascriptcoregtk-4.1.so.0: cannot open"))
        #expect(reason.contains("127"))
    }

    @Test("a program that comes later is used from then on, with the codecs that waited")
    func later() throws {
        let directory = TemporaryDirectory()
        let path = directory.file("codecs")
        let sandbox = Sandbox {
            $0.program = path
            $0.starts.firstPause = 100_000_000
        }
        _ = sandbox.process.load(codec: 1, source: Array(Self.source.utf8))
        #expect(sandbox.decode(1, [6]) == .failed(.sandboxUnavailable))
        #expect(unsafe symlink(BuiltProgram.path("freshwire-codecs"), path) == 0)
        #expect(eventually { sandbox.decode(1, [6]) == .data(#"{"n":6}"#) })
    }

    @Test("it is gone with the value that started it")
    func gone() throws {
        var sandbox: Sandbox? = try Sandbox(Self.source)
        let identifier = try #require(sandbox.flatMap(Self.identifier(of:)))
        #expect(kill(identifier, 0) == 0)
        sandbox = nil
        #expect(kill(identifier, 0) != 0)
    }

    @Test("the running program is locked in: no privileges, a filter, no files but its own")
    func lockedIn() throws {
        let sandbox = try Sandbox(Self.source)
        let identifier = try #require(Self.identifier(of: sandbox))
        let status = String(
            decoding: try File.read("/proc/\(identifier)/status"), as: UTF8.self)
        #expect(status.contains("NoNewPrivs:\t1"))
        #expect(status.contains("Seccomp:\t2"))
        let limits = String(
            decoding: try File.read("/proc/\(identifier)/limits"), as: UTF8.self)
        #expect(limits.contains("Max file size             0"))
        #expect(limits.contains("Max core file size        0"))
        #expect(!limits.contains("Max address space         unlimited"))
    }
}
