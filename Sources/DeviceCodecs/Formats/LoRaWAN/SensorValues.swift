import ColdChain

/// What the frames of several makers of LoRaWAN sensors have in common.
extension SampleBatch {
    /// The extreme of sixteen bits, which every maker sends for a value there is none of.
    static let noWord = Int16.max

    /// Adds the temperature of a DS18B20 on a cable, sent in steps of which `divisor` make a degree.
    ///
    /// The extreme means that no probe answered. −1 step is what a bus reads on which nothing pulls
    /// the line low; the probe's own resolution of a sixteenth does not have −0.01. 85 °C is what
    /// the probe holds before its first conversion.
    mutating func addDallas(probe: Int, _ steps: Int16, per divisor: Int16) {
        switch steps {
        case Self.noWord: add(.temperature, probe: probe, .probeAbsent)
        case -1: add(.temperature, probe: probe, .sensorError)
        case 85 * divisor: add(.temperature, probe: probe, .powerOnValue)
        default: add(.temperature, probe: probe, Double(steps, per: Double(divisor)))
        }
    }

    /// Adds the voltage of a battery from its millivolts; none at all is no voltage.
    mutating func addBattery(millivolts: UInt16) {
        if millivolts == 0 {
            add(.batteryVoltage, .notAvailable)
        } else {
            add(.batteryVoltage, Double(millivolts, per: 1000))
        }
    }
}

extension SampleDraft {
    /// Takes the time that the frame itself tells, where it can be believed. Where not, what the
    /// network said of the time stays, with a note of what is wrong with the device's clock.
    mutating func preferDeviceTime(_ claimed: Timestamp, _ message: MessageContext) {
        var timed = self
        timed.setTime(claimed, by: .device, message)
        if timed.measuredAt != nil { self = timed } else { notes.formUnion(timed.notes) }
    }

    /// A draft of a row that the device had kept and sends now, at the time the device tells for it.
    ///
    /// It has no number: all rows of a frame share the frame's, and a row that is asked for again
    /// comes with another one. Their time tells them apart.
    func row(measuredAt seconds: UInt32, _ message: MessageContext) -> SampleDraft {
        var row = self
        row.sequence = nil
        row.position = nil
        row.notes.insert(.buffered)
        row.setTime(
            Timestamp(milliseconds: Int64(seconds) * 1000), by: .device, message)
        return row
    }
}

extension SampleBatch {
    /// Adds a value that a frame may tell twice, as by its alarm and by its reading; of a sample the
    /// first one stays. `start` is where the sample's measurements begin.
    mutating func addOnce(
        _ quantity: Quantity, probe: Int = 0, _ value: Double, since start: Int
    ) {
        for index in start..<measurements.count
        where measurements[index].quantity == quantity && measurements[index].probe == probe {
            return
        }
        add(quantity, probe: probe, value)
    }
}

extension Int32 {
    /// The number whose two's complement of 24 bits this is.
    init(signed24 bits: UInt32) {
        self = Int32(bitPattern: bits << 8) >> 8
    }
}
