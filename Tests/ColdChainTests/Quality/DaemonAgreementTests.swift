import ColdChain
import Testing

@Suite("Where no difference is intended the daemon judges as ioos_qc does")
struct DaemonAgreementTests {
    /// Regular, without gaps, and with values so fine that none lies on a threshold.
    private static func values(seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed)
        var value = Double.random(in: -5...20, using: &random)
        let wanders: [Double] = [0, 0.004, 0.03, 2]
        let wander = wanders.randomElement(using: &random) ?? 0
        return (0..<Int.random(in: 3...120, using: &random)).map { _ in
            value += Double.random(in: -1...1, using: &random) * wander
            let isJump = Int.random(in: 0..<15, using: &random) == 0
            return value + (isJump ? Double.random(in: -9...9, using: &random) : 0)
        }
    }

    @Test("on regular series", arguments: 0..<200 as Range<UInt64>)
    func regular(seed: UInt64) throws {
        let values = Self.values(seed: seed)
        var channel = Channel()
        channel.settings.flat = .init(suspect: 300_000, bad: 600_000, tolerance: 0.0503)
        channel.settings.attenuation = .init(period: 600_000, suspect: 0.101, bad: 0.0203)
        let readings = Channel.readings(values, phase: .underWay)
        let times = values.indices.map { Int64($0) * 60_000_000_000 }

        #expect(
            channel.flags(.grossRange, readings)
                == (try QartodOracle.grossRange(
                    values, failSpan: (-40, 85), suspectSpan: (-10, 25))).map(\.rawValue))
        #expect(
            channel.flags(.spike, readings)
                == (try QartodOracle.spike(
                    values, suspectThreshold: 2, failThreshold: 5, method: .differential
                )
                .map(\.rawValue)))
        #expect(
            channel.flags(.rateOfChange, readings).dropFirst()
                == (try QartodOracle.rateOfChange(
                    values, times: times, threshold: 2.0 / 60, failThreshold: 5.0 / 60
                )
                .map(\.rawValue)).dropFirst())
        #expect(
            channel.flags(.flatLine, readings)
                == (try QartodOracle.flatLine(
                    values, times: times, suspectThreshold: 300, failThreshold: 600,
                    tolerance: 0.0503
                ).map(\.rawValue)))
        // A window that is not full is not evaluated.
        #expect(
            channel.flags(.attenuatedSignal, readings).dropFirst(10)
                == (try QartodOracle.attenuatedSignal(
                    values, times: times, suspectThreshold: 0.101, failThreshold: 0.0203,
                    testPeriod: 600, variability: .range
                ).map(\.rawValue)).dropFirst(10))
    }

    @Test("the roll-up of any flags is the package's", arguments: 0..<50 as Range<UInt64>)
    func rollup(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let choices: [QualityFlag] = [.good, .notEvaluated, .suspect, .bad, .missing]
        var flags = QualityFlags()
        var given: [[UInt8]] = []
        for test in QualityTest.allCases where test != .sentinel {
            let flag = choices.randomElement(using: &random) ?? .good
            flags[test] = flag
            given.append([flag.rawValue])
        }
        #expect(try QartodOracle.aggregate(given) == [flags.rollup])
    }
}
