import ColdChain
import Testing

@Suite("Numbers that stand for no measurement")
struct SentinelTests {
    private func findings(
        _ sentinels: SensorSentinels, _ values: [Double]
    ) -> [QualityFinding?] {
        var channel = Channel(settings: QualitySettings(foodClass: .hot))
        channel.settings.sentinels = sentinels
        return channel.judged(Channel.readings(values)).map { $0?[.sentinel] }
    }

    @Test("85 °C of a DS18B20 is believed unless it comes first or after a silence")
    func powerOn() {
        let powerOn = QualityFinding(.bad, .powerOnValue)
        #expect(findings(.ds18b20, [85, 84, 85]) == [powerOn, .good, .good])
        #expect(findings([], [85, 84, 85]) == [.good, .good, .good])
        var channel = Channel(settings: QualitySettings(foodClass: .hot))
        channel.settings.sentinels = .ds18b20
        let afterSilence = [Channel.reading(80, at: 0), Channel.reading(85, at: 4000)]
        #expect(channel.judged(afterSilence).map { $0?[.sentinel] } == [.good, powerOn])
    }

    @Test(
        "each part's own numbers are bad by name, and other parts' are not looked for",
        arguments: [
            (.oneWire, -127, .disconnectedProbe), (.sht, -45, .sensorRail),
            (.sht, 130, .sensorRail),
            (.sixteenBits, 327.67, .integerLimit), (.sixteenBits, -327.68, .integerLimit),
            (.sixteenBits, 3276.7, .integerLimit),
        ] as [(SensorSentinels, Double, QualityReason)])
    func byName(sentinels: SensorSentinels, value: Double, reason: QualityReason) {
        #expect(findings(sentinels, [4, value])[1] == QualityFinding(.bad, reason))
        #expect(findings([], [4, value])[1] == .good)
    }

    @Test("0 of a decoder that gives it for nothing is suspect, and stays in the reckoning")
    func zero() {
        #expect(findings(.zeroDefault, [0, 0.1])[0] == QualityFinding(.suspect, .decoderDefault))
        #expect(findings([], [0])[0] == .good)
    }

    @Test("a number that stands for none is no neighbour")
    func noNeighbour() {
        var channel = Channel()
        channel.settings.sentinels = .oneWire
        let readings = Channel.readings([4, -127, 4.1, 4])
        #expect(channel.flags(.rateOfChange, readings) == [2, 2, 1, 1])
    }
}
