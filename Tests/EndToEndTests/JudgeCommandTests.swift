import Foundation
import TestSupport
import Testing

/// `freshwire judge`, as an engineer runs it.
@Suite struct JudgeCommandTests {
    private struct Judged: Decodable {
        struct Reading: Decodable {
            var line: Int
            var flag: Int
        }
        struct Time: Decodable {
            var totalSeconds: Double
            var unsafeSeconds: Double
        }
        var verdict: String
        var alarms: Int
        var readings: [Reading]
        var timeInRange: Time
    }

    private let folder = TemporaryDirectory()

    private func judge(_ words: String...) throws -> Ran {
        try Ran(Freshwire.program, ["judge"] + words)
    }

    /// Ten minutes cold, ten too warm, as a European logger writes it.
    private func trip() -> String {
        let rows = (0..<20).map { minute in
            let tenths = 40 + minute % 3 + (minute < 10 ? 0 : 30)
            return
                "2026-11-20T12:\(minute < 10 ? "0" : "")\(minute):00Z;\(tenths / 10),\(tenths % 10)"
        }
        return folder.write("Zeit;Temperatur\n" + rows.joined(separator: "\n") + "\n", to: "t.csv")
    }

    @Test("prints each reading, the excursion and the verdict; and the same as JSON")
    func judging() throws {
        let ran = try judge("--class", "cold", trip())
        #expect(ran.end == .exit(0), "\(ran.errors)")
        #expect(ran.errors.isEmpty)
        #expect(ran.output.contains("as cold by us-fda-2022@1: 5.00 °C or below"))
        #expect(ran.output.contains("active, alarm, 2026-11-20T12:09:"), "\(ran.output)")
        #expect(ran.output.hasSuffix("verdict         deviation\n"))
        let json = try judge("--class=cold", "--json", "--until", "2026-11-20T12:10:00Z", trip())
        let judged: Judged = try decode(json.output)
        #expect(judged.readings.map(\.line) == Array(2...21))
        #expect(judged.timeInRange.totalSeconds == 600)
        #expect(judged.alarms == 0 && judged.verdict == "ok")
    }

    @Test("oracle mode prints the flags of its tests")
    func oracle() throws {
        let ran = try judge("--oracle", "--class", "cold", trip())
        #expect(ran.end == .exit(0), "\(ran.errors)")
        #expect(ran.output.contains("gross_range  spike  rate_of_change"))
        #expect(!ran.output.contains("verdict"))
    }

    @Test("what cannot be judged is told on standard error with a hint, and with its exit code")
    func errors() throws {
        let broken = folder.write("time,temperature\n1795176000,4\nnever,4\n", to: "broken.csv")
        let ran = try judge("--class", "cold", broken)
        #expect(ran.end == .exit(66))
        #expect(ran.output.isEmpty)
        #expect(ran.errors.contains("broken.csv: line 3: 'never' is no time"), "\(ran.errors)")
        #expect(ran.errors.contains("hint: "))
        let long = folder.write(String(repeating: "#\n", count: 8 << 20) + "#", to: "long.csv")
        let tooLong = try judge(long)
        #expect(tooLong.end == .exit(66))
        #expect(tooLong.errors.contains("longer than 16777216 bytes"), "\(tooLong.errors)")
        #expect(try judge(folder.file("none")).end == .exit(66))
        #expect(try judge().end == .exit(64))
        #expect(try judge("--class", "warm", trip()).end == .exit(64))
        let profile = try judge("--profile", "us-fda-2023", trip())
        #expect(profile.end == .exit(64))
        #expect(profile.errors.contains("us-fda-2022"), "\(profile.errors)")
        let limits = try judge("--minimum", "5", "--maximum", "0", trip())
        #expect(limits.end == .exit(64))
        #expect(limits.errors.contains("no temperature keeps both"))
    }
}
