/// The numbers that stand for no measurement, by the part that makes them.
///
/// Only those of the parts that a device is known to have are looked for: 85 °C may be a
/// temperature, and 0 °C mostly is. The values are known from the parts' use and not verified
/// against their data sheets.
package struct SensorSentinels: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The DS18B20 says 85 °C until its first measurement: believed unless it comes first, or first
    /// after a silence.
    package static let ds18b20 = SensorSentinels(rawValue: 1 << 0)
    /// 1-Wire libraries say −127 °C for a probe that does not answer.
    package static let oneWire = SensorSentinels(rawValue: 1 << 1)
    /// The SHT family's raw numbers end at −45 °C and 130 °C.
    package static let sht = SensorSentinels(rawValue: 1 << 2)
    /// Hundredths and tenths in 16 bits end at ±327.67 and ±3276.7.
    package static let sixteenBits = SensorSentinels(rawValue: 1 << 3)
    /// A decoder that gives 0 where it found nothing.
    package static let zeroDefault = SensorSentinels(rawValue: 1 << 4)

    /// What is to be said of a number; nil where it is a measurement.
    ///
    /// - Parameter isFirst: Whether it is the channel's first, or the first after a silence.
    func finding(for value: Double, isFirst: Bool) -> QualityFinding? {
        switch value {
        case 85 where contains(.ds18b20) && isFirst: QualityFinding(.bad, .powerOnValue)
        case -127 where contains(.oneWire): QualityFinding(.bad, .disconnectedProbe)
        case -45, 130:
            contains(.sht) ? QualityFinding(.bad, .sensorRail) : nil
        case 327.67, -327.68, 3276.7, -3276.8:
            contains(.sixteenBits) ? QualityFinding(.bad, .integerLimit) : nil
        // May be one nevertheless: it is not taken out of the reckoning.
        case 0 where contains(.zeroDefault): QualityFinding(.suspect, .decoderDefault)
        default: nil
        }
    }
}
