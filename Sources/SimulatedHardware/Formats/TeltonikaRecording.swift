import ColdChain

// What a tracker of the FMB line records, and what that means.
extension TeltonikaRecord {
    /// 2004-01-01T00:00:00Z, where a clock begins that was never set.
    static let unsetClock: Int64 = 1_072_915_200_000

    /// The AVL ids of the Bluetooth sensors' humidity.
    private static let humidityIDs: [UInt16] = [86, 104, 106, 108]
    /// The first AVL ids of the thermometers by wire and by Bluetooth.
    private static let wiredID: UInt16 = 72
    private static let bluetoothID: UInt16 = 25
    /// The log's probe of the first Bluetooth sensor; those by wire are before.
    private static let bluetoothProbe: UInt8 = 4

    private static let wiredAbsent: Int16 = 3_000
    private static let bluetoothAbsent: Int16 = 32_767
    private static let humidityAbsent: UInt16 = 32_735

    /// - Parameters:
    ///   - wiredProbes: Dallas thermometers, 0 to 4.
    ///   - bluetoothProbes: Bluetooth thermometers with humidity, 0 to 4.
    init(_ snapshot: Snapshot, wiredProbes: Int, bluetoothProbes: Int) {
        let time = snapshot.isClockUnset ? Self.unsetClock + snapshot.uptime : snapshot.time
        self.init(
            time: time, priority: 0, longitude: 0, latitude: 0, altitude: 0, course: 0,
            satellites: 0, speed: 0, event: 0,
            elements: (one: [], two: [], four: [], eight: []))
        var notes: ReadingNotes = snapshot.isClockUnset ? .clockUnset : []
        var position: Position?
        // The clock is set by the satellites: without them there is no fix either.
        if !snapshot.isClockUnset, let place = snapshot.position {
            position = take(place)
        } else {
            notes.insert(.noFix)
        }
        sample = ExpectedSample(
            measuredAt: snapshot.isClockUnset ? nil : time, by: .device, notes: notes,
            measurements: [], position: position)
        addVehicle(snapshot)
        for probe in 0..<wiredProbes { addWired(probe, snapshot) }
        for probe in 0..<bluetoothProbes { addBluetooth(probe, snapshot) }
    }

    private mutating func take(_ place: Position) -> Position {
        latitude = Steps.nearest(place.latitude, perUnit: 1e7, within: -900_000_000...900_000_000)
        longitude = Steps.nearest(
            place.longitude, perUnit: 1e7, within: -1_800_000_000...1_800_000_000)
        altitude = 36
        course = Steps.nearest(place.heading ?? 0, perUnit: 1, within: 0...360) % 360
        satellites = 11
        speed = Steps.nearest(place.speed ?? 0, perUnit: 3.6, within: 0...999)
        return Position(
            latitude: Double(latitude) / 1e7, longitude: Double(longitude) / 1e7,
            speed: .metresASecond(kilometresAnHour: Double(speed)), heading: Double(course),
            altitude: Double(altitude), satellites: satellites)
    }

    private mutating func addVehicle(_ snapshot: Snapshot) {
        let moves: UInt64 = speed > 0 ? 1 : 0
        let charge = UInt64(snapshot.charge.rounded())
        let supply: UInt64 = snapshot.isBatteryLow ? 11_400 : 14_120
        let battery: UInt64 = snapshot.isBatteryLow ? 3_350 : 4_085
        let metres = UInt64(snapshot.mileage)
        elements.one += [
            Element(239, 1), Element(240, moves), Element(21, 4), Element(113, charge),
        ]
        elements.two += [
            Element(66, supply), Element(67, battery), Element(181, 12), Element(182, 7),
        ]
        elements.four.append(Element(16, metres))
        elements.eight.append(Element(11, 89_490_240_001))
        sample.measurements += [
            Measurement(quantity: .ignition, value: 1),
            Measurement(quantity: .motion, value: Double(moves)),
            Measurement(quantity: .battery, value: Double(charge)),
            Measurement(quantity: .supplyVoltage, value: Double(supply) / 1000),
            Measurement(quantity: .batteryVoltage, value: Double(battery) / 1000),
            Measurement(quantity: .odometer, value: Double(metres)),
        ]
    }

    /// Tenths of a degree in four bytes; 850 is the power-on value of a DS18B20.
    private mutating func addWired(_ probe: Int, _ snapshot: Snapshot) {
        let celsius = Steps.sixteenths(snapshot.probeCelsius + Double(probe) * 0.25)
        let steps: Int16 =
            snapshot.isProbeDead
            ? Self.wiredAbsent : Steps.nearest(celsius, perUnit: 10, within: -550...1_250)
        elements.four.append(Self.element(Self.wiredID + UInt16(probe), steps))
        switch steps {
        case 850: add(.temperature, UInt8(probe), .powerOnValue)
        case Self.wiredAbsent: add(.temperature, UInt8(probe), .probeAbsent)
        default: add(.temperature, UInt8(probe), Double(steps) / 10)
        }
    }

    /// Hundredths of a degree and tenths of a percent in two bytes each. Where nobody knows the
    /// firmware, 20.00, 30.00 and 40.00 °C are the errors that older ones send.
    private mutating func addBluetooth(_ index: Int, _ snapshot: Snapshot) {
        let steps: Int16 =
            snapshot.isProbeDead
            ? Self.bluetoothAbsent
            : Steps.nearest(
                snapshot.celsius + Double(index) * 0.2, perUnit: 100, within: -4_000...12_500)
        let humidity: UInt16 =
            snapshot.isProbeDead
            ? Self.humidityAbsent : Steps.nearest(snapshot.humidity, perUnit: 10, within: 0...1_000)
        elements.two.append(Self.element(Self.bluetoothID + UInt16(index), steps))
        elements.two.append(Element(Self.humidityIDs[index % 4], UInt64(humidity)))
        let probe = Self.bluetoothProbe + UInt8(index)
        switch steps {
        case Self.bluetoothAbsent, 3_000: add(.temperature, probe, .probeAbsent)
        case 2_000, 4_000: add(.temperature, probe, .sensorError)
        default: add(.temperature, probe, Double(steps) / 100)
        }
        if humidity == Self.humidityAbsent {
            add(.humidity, probe, .probeAbsent)
        } else {
            add(.humidity, probe, Double(humidity) / 10)
        }
    }

    private static func element(_ id: UInt16, _ steps: Int16) -> Element {
        Element(id, UInt64(bitPattern: Int64(steps)))
    }

    private mutating func add(_ quantity: Quantity, _ probe: UInt8, _ value: Double) {
        sample.measurements.append(Measurement(quantity: quantity, probe: probe, value: value))
    }

    private mutating func add(_ quantity: Quantity, _ probe: UInt8, _ marker: Marker) {
        sample.measurements.append(Measurement(quantity: quantity, probe: probe, marker: marker))
    }
}
