import ColdChain

/// Rows of the log of Milesight's devices, in a frame of such rows: `20 CE` or `21 CE`, seconds since
/// 1970 (4), and what the model measures, little-endian.
///
/// A row does not tell its length, and each model has its own. The rows of a frame are read in the
/// one way in which all of them have values that can be and the frame ends with the last. Where none
/// or more than one is left, the rows are rejected: nobody knows what they say.
enum MilesightHistory {
    /// What follows the time, by the model it was defined for.
    private enum Layout: CaseIterable {
        /// EM500-PT100, TS101: temperature.
        case temperature
        /// AM102, EM320-TH, EM300-TH: temperature, humidity.
        case climate
        /// TS201: event and state of the sensor, temperature.
        case probe
        /// EM300-MCS, -SLD, -ZLD: temperature, humidity, contact or leak.
        case climateAndContact
        /// AM103: temperature, humidity, CO₂.
        case climateAndCarbonDioxide
        /// WS203: reason, presence, temperature, humidity.
        case presence
        /// TS201 of the second version: kind, temperature, humidity, event and state of the sensor.
        case digitalProbe
        /// TS301, TS302: what either channel is (half a byte each), value (2), value (2).
        case twoChannels
        /// EM500-SMTC: conductivity, temperature, moisture of the soil.
        case soil
        /// EM500-CO2: CO₂, pressure, temperature, humidity.
        case air
        /// AT101: longitude, latitude.
        case place
        /// EM300-DI: temperature, humidity, kind of input, level, count (4).
        case pulses
        /// AM307: temperature, humidity (2), presence, light, CO₂, vapours (2), pressure.
        case room
        /// AM308: the same, and particles of two sizes.
        case roomAndParticles
        /// AM319: the same, and a gas.
        case roomParticlesAndGas
        /// EM300-DI of later firmware, `21 CE`: temperature, humidity, alarm, kind of input, level,
        /// factors (4) and amount (4).
        case water

        /// Without the two bytes before the time.
        var length: Int {
            switch self {
            case .temperature: 6
            case .climate, .probe: 7
            case .climateAndContact: 8
            case .climateAndCarbonDioxide, .presence, .digitalProbe, .twoChannels: 9
            case .soil: 10
            case .air: 11
            case .place: 12
            case .pulses: 13
            case .room: 16
            case .roomAndParticles: 20
            case .roomParticlesAndGas: 22
            case .water: 18
            }
        }

        var channel: UInt8 { self == .water ? 0x21 : 0x20 }
    }

    /// Adds the rows from `offset` on, and answers where the frame goes on, which is its end.
    static func decode(
        _ frame: Span<UInt8>, from offset: Int, _ draft: SampleDraft, _ message: MessageContext,
        _ batch: inout SampleBatch
    ) -> Int {
        var found: Layout?
        var isAmbiguous = false
        for layout in Layout.allCases where fits(layout, frame, from: offset) {
            isAmbiguous = found != nil
            found = layout
            if isAmbiguous { break }
        }
        guard let layout = found, !isAmbiguous else {
            batch.reject(row: 0, .unknownFrame, field: "history")
            return frame.count
        }
        var row = offset
        while row < frame.count {
            let start = batch.measurements.count
            let seconds = frame.littleEndian(UInt32.self, at: row + 2) ?? 0
            var kept = draft.row(measuredAt: seconds, message)
            add(layout, frame, at: row + 6, since: start, &kept, &batch)
            batch.close(kept, from: start)
            row += 2 + layout.length
        }
        return frame.count
    }

    private static func fits(_ layout: Layout, _ frame: Span<UInt8>, from offset: Int) -> Bool {
        let length = 2 + layout.length
        guard (frame.count - offset).isMultiple(of: length) else { return false }
        var row = offset
        while row < frame.count {
            guard frame[row] == layout.channel, frame[row + 1] == 0xCE,
                isPossible(layout, frame, at: row + 6)
            else { return false }
            row += length
        }
        return true
    }

    /// Whether what stands behind the time can be what the layout says.
    private static func isPossible(
        _ layout: Layout, _ frame: Span<UInt8>, at offset: Int
    ) -> Bool {
        switch layout {
        case .temperature: isTemperature(frame, at: offset, in: -2000...8500)
        case .climate: isClimate(frame, at: offset)
        case .probe:
            frame[offset] & 0x0F <= 3 && frame[offset] >> 4 <= 2
                && isTemperature(frame, at: offset + 1)
        case .climateAndContact: isClimate(frame, at: offset) && frame[offset + 3] <= 1
        case .climateAndCarbonDioxide:
            isClimate(frame, at: offset) && isConcentration(frame, at: offset + 3)
        case .presence:
            frame[offset] <= 4 && frame[offset + 1] <= 1 && isClimate(frame, at: offset + 2)
        case .digitalProbe:
            (1...2).contains(frame[offset]) && isTemperature(frame, at: offset + 1)
                && (1...5).contains(frame[offset + 4] & 0x0F) && frame[offset + 4] >> 6 <= 2
                && frame[offset + 4] >> 4 & 3 <= 2
        case .twoChannels:
            frame[offset] != 0
                && isChannel(frame[offset] >> 4, frame, at: offset + 1)
                && isChannel(frame[offset] & 0x0F, frame, at: offset + 3)
        case .soil: isTemperature(frame, at: offset + 2)
        case .air:
            isConcentration(frame, at: offset) && isPressure(frame, at: offset + 2)
                && isClimate(frame, at: offset + 4)
        case .place: isPlace(frame, at: offset)
        case .pulses:
            isClimate(frame, at: offset) && (1...2).contains(frame[offset + 3])
                && frame[offset + 4] <= 1
        case .room, .roomAndParticles, .roomParticlesAndGas:
            isTemperature(frame, at: offset)
                && isWord(frame, at: offset + 2, in: 0...200)
                && isConcentration(frame, at: offset + 6) && isPressure(frame, at: offset + 10)
        case .water:
            isClimate(frame, at: offset) && frame[offset + 3] <= 6
                && (1...2).contains(frame[offset + 4]) && frame[offset + 5] <= 1
        }
    }

    private static func isTemperature(
        _ frame: Span<UInt8>, at offset: Int, in span: ClosedRange<Int16> = -600...1500
    ) -> Bool {
        guard let steps = frame.littleEndian(Int16.self, at: offset) else { return false }
        return steps == -1 || steps == .max || span.contains(steps)
    }

    private static func isClimate(_ frame: Span<UInt8>, at offset: Int) -> Bool {
        isTemperature(frame, at: offset) && (frame[offset + 2] <= 200 || frame[offset + 2] == .max)
    }

    private static func isConcentration(_ frame: Span<UInt8>, at offset: Int) -> Bool {
        // There is no air with less.
        isWord(frame, at: offset, in: 100...10_000)
    }

    private static func isPressure(_ frame: Span<UInt8>, at offset: Int) -> Bool {
        isWord(frame, at: offset, in: 2600...12_600)
    }

    private static func isWord(
        _ frame: Span<UInt8>, at offset: Int, in span: ClosedRange<UInt16>
    ) -> Bool {
        guard let word = frame.littleEndian(UInt16.self, at: offset) else { return false }
        return word == .max || span.contains(word)
    }

    private static func isPlace(_ frame: Span<UInt8>, at offset: Int) -> Bool {
        guard let longitude = frame.littleEndian(Int32.self, at: offset),
            let latitude = frame.littleEndian(Int32.self, at: offset + 4)
        else { return false }
        return (-180_000_000...180_000_000).contains(longitude)
            && (-90_000_000...90_000_000).contains(latitude)
    }

    /// 0 nothing, 1 to 4 a temperature for one reason or another, 5 and 6 a contact.
    private static func isChannel(_ kind: UInt8, _ frame: Span<UInt8>, at offset: Int) -> Bool {
        switch kind {
        case 0: isWord(frame, at: offset, in: 0...0)
        case 1...4: isTemperature(frame, at: offset)
        case 5, 6: isWord(frame, at: offset, in: 0...1)
        default: false
        }
    }
}

// Values of rows.
extension MilesightHistory {
    private static func add(
        _ layout: Layout, _ frame: Span<UInt8>, at offset: Int, since start: Int,
        _ draft: inout SampleDraft, _ batch: inout SampleBatch
    ) {
        switch layout {
        case .temperature: addTemperature(frame, at: offset, since: start, &batch)
        case .climate, .climateAndContact, .climateAndCarbonDioxide, .pulses, .water:
            addTemperature(frame, at: offset, since: start, &batch)
            batch.addMilesight(humidity: frame[offset + 2], since: start)
            if layout == .climateAndCarbonDioxide {
                addCarbonDioxide(frame, at: offset + 3, &batch)
            }
        case .presence:
            addTemperature(frame, at: offset + 2, since: start, &batch)
            batch.addMilesight(humidity: frame[offset + 4], since: start)
        case .probe:
            addTemperature(
                frame, at: offset + 1, state: frame[offset] >> 4, since: start, &batch)
        case .digitalProbe:
            let states = frame[offset + 4]
            addTemperature(frame, at: offset + 1, state: states >> 6, since: start, &batch)
            // A DS18B20 has no humidity.
            if frame[offset] == 2, states >> 4 & 3 == 0 {
                batch.addMilesight(humidity: frame[offset + 3], since: start)
            }
        case .twoChannels:
            addChannel(frame[offset] >> 4, frame, at: offset + 1, probe: 0, since: start, &batch)
            addChannel(
                frame[offset] & 0x0F, frame, at: offset + 3, probe: 1, since: start, &batch)
        case .soil: addTemperature(frame, at: offset + 2, since: start, &batch)
        case .air:
            addCarbonDioxide(frame, at: offset, &batch)
            if let pressure = frame.littleEndian(UInt16.self, at: offset + 2) {
                batch.addMilesight(pressure: pressure)
            }
            addTemperature(frame, at: offset + 4, since: start, &batch)
            batch.addMilesight(humidity: frame[offset + 6], since: start)
        case .place:
            guard let longitude = frame.littleEndian(Int32.self, at: offset),
                let latitude = frame.littleEndian(Int32.self, at: offset + 4)
            else { return }
            draft.position = Milesight.position(latitude, longitude)
        case .room, .roomAndParticles, .roomParticlesAndGas:
            addRoom(frame, at: offset, hasParticles: layout != .room, since: start, &batch)
        }
    }

    private static func addTemperature(
        _ frame: Span<UInt8>, at offset: Int, state: UInt8 = 0, since start: Int,
        _ batch: inout SampleBatch
    ) {
        switch state {
        case 0:
            guard let steps = frame.littleEndian(Int16.self, at: offset) else { return }
            batch.addMilesight(temperature: steps, probe: 0, since: start)
        case 2: batch.add(.temperature, .overRange)
        default: batch.add(.temperature, .sensorError)
        }
    }

    private static func addChannel(
        _ kind: UInt8, _ frame: Span<UInt8>, at offset: Int, probe: Int, since start: Int,
        _ batch: inout SampleBatch
    ) {
        guard let steps = frame.littleEndian(Int16.self, at: offset) else { return }
        switch kind {
        case 1...4: batch.addMilesight(temperature: steps, probe: probe, since: start)
        case 5, 6: batch.add(.opening, probe: probe, steps == 0 ? 0 : 1)
        default: break
        }
    }

    private static func addCarbonDioxide(
        _ frame: Span<UInt8>, at offset: Int, _ batch: inout SampleBatch
    ) {
        guard let parts = frame.littleEndian(UInt16.self, at: offset) else { return }
        if parts == .max {
            batch.add(.carbonDioxide, .sensorError)
        } else {
            batch.add(.carbonDioxide, Double(parts))
        }
    }

    private static func addRoom(
        _ frame: Span<UInt8>, at offset: Int, hasParticles: Bool, since start: Int,
        _ batch: inout SampleBatch
    ) {
        addTemperature(frame, at: offset, since: start, &batch)
        if let humidity = frame.littleEndian(UInt16.self, at: offset + 2) {
            batch.addMilesight(humidity: UInt8(exactly: humidity) ?? .max, since: start)
        }
        addCarbonDioxide(frame, at: offset + 6, &batch)
        if let pressure = frame.littleEndian(UInt16.self, at: offset + 10) {
            batch.addMilesight(pressure: pressure)
        }
        if hasParticles, let parts = frame.littleEndian(UInt16.self, at: offset + 12) {
            if parts == .max {
                batch.add(.particulates, .sensorError)
            } else {
                batch.add(.particulates, Double(parts))
            }
        }
    }
}
