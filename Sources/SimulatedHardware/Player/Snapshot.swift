import ColdChain

/// What is there to be measured at one instant, before a device rounds it.
struct Snapshot: Sendable {
    /// Milliseconds since 1970, by a clock that is right.
    var time: Int64
    /// Milliseconds since the device was switched on.
    var uptime: Int64
    /// Of the air at the device, and at the end of its probe, in °C.
    var celsius: Double
    var probeCelsius: Double
    var humidity: Double
    var pascals: Double
    /// Of a full charge, in %.
    var charge: Double
    var position: Position?
    /// Metres driven.
    var mileage: Double
    var sequence: Int64
    var isProbeDead: Bool
    var isClockUnset: Bool
    var isBatteryLow: Bool
    /// Whether a second gateway hears it.
    var isHeardTwice: Bool
}

/// A message before it has a number.
struct Draft: Sendable {
    var topic: String
    var payload: [UInt8]
    var samples: [ExpectedSample]
}

/// Whole steps of a quantity, as an encoder writes them.
enum Steps {
    /// The nearest whole number of steps, `perUnit` of which make a unit, within what fits.
    static func nearest<Number: FixedWidthInteger>(
        _ value: Double, perUnit: Double, within range: ClosedRange<Number>
    ) -> Number {
        bounded((value * perUnit).rounded(), within: range)
    }

    /// The same cut toward zero, as firmware does that converts without rounding.
    static func cut<Number: FixedWidthInteger>(
        _ value: Double, perUnit: Double, within range: ClosedRange<Number>
    ) -> Number {
        bounded((value * perUnit).rounded(.towardZero), within: range)
    }

    private static func bounded<Number: FixedWidthInteger>(
        _ steps: Double, within range: ClosedRange<Number>
    ) -> Number {
        guard steps > Double(range.lowerBound) else { return range.lowerBound }
        return Number(exactly: min(steps, Double(range.upperBound))) ?? range.upperBound
    }

    /// What a DS18B20 makes of a temperature: sixteenths of a degree.
    static func sixteenths(_ celsius: Double) -> Double {
        (min(max(celsius, -55), 125) * 16).rounded() / 16
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: some FixedWidthInteger) {
        var shift = number.bitWidth
        while shift > 0 {
            shift -= 8
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }
}
