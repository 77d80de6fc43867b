import ColdChain
import JSONText
import Wire

extension Tasmota {
    /// What is known of a sensor by its key in the message.
    enum Kind: Equatable {
        /// A DS18B20 or one of its family, and its number among the device's, from 1.
        case oneWire(Int?)
        /// SHT3x and SHT4x, whose bus errors read as the ends of their scale.
        case sensirion
        case zigbee
        case other

        init(_ name: Span<UInt8>) {
            if name.begins(with: "DS18") {
                var start = name.count
                while start > 0, name[start - 1] != UInt8(ascii: "-"),
                    name[start - 1] != UInt8(ascii: "_")
                {
                    start -= 1
                }
                let number = name.extracting(start..<name.count).decimalNumber
                // Tasmota drives eight; what is beyond 32 is no number of theirs but an address.
                self = .oneWire(start > 0 ? number.flatMap { 1...32 ~= $0 ? $0 : nil } : nil)
            } else if name.begins(with: "SHT3") || name.begins(with: "SHT4") {
                self = .sensirion
            } else {
                self = .other
            }
        }
    }

    /// Reads the sensors of a message one after the other, and numbers their probes.
    struct Sensor {
        let temperatureUnit: FieldUnit
        /// How many pascals the message's unit of pressure is.
        let pascals: Double
        /// The next probe's number, by the quantity's raw value.
        private var next = InlineArray<16, Int>(repeating: 0)
        /// The number of the first one-wire probe.
        private var oneWireStart: Int?

        init(temperatureUnit: FieldUnit, pascals: Double) {
            self.temperatureUnit = temperatureUnit
            self.pascals = pascals
        }

        /// From now on the sensors are another device's.
        mutating func beginDevice() {
            next = InlineArray(repeating: 0)
            oneWireStart = nil
        }

        /// Adds the measurements of one sensor to the sample that begins at `start`.
        mutating func add(
            _ document: borrowing JSONDocument, _ sensor: JSONDocument.Node, _ kind: Kind,
            from start: Int, _ batch: inout SampleBatch
        ) throws(DecodingFailure) {
            var base = next
            if case .oneWire(let number?) = kind {
                let slot = Int(Quantity.temperature.rawValue)
                let first = oneWireStart ?? next[slot]
                oneWireStart = first
                base[slot] = first + number - 1
            }
            var child = document.firstChild(of: sensor)
            while let node = child {
                child = document.sibling(of: node, in: sensor)
                guard let field = Field(document.name(of: node)) else { continue }
                let slot = Int(field.quantity.rawValue)
                let probe = base[slot] + field.place
                guard !batch.has(field.quantity, probe: probe, from: start) else {
                    throw DecodingFailure(
                        .duplicateField, detail: "'\(field.quantity.name)' occurs twice")
                }
                guard probe <= Int(UInt8.max) else {
                    batch.reject(row: 0, .outOfRange, field: field.quantity.name)
                    continue
                }
                next[slot] = max(next[slot], probe + 1)
                batch.add(
                    field.quantity, probe: probe,
                    judged(document.reported(node), field.quantity, kind))
            }
        }

        private func judged(
            _ reported: ReportedValue, _ quantity: Quantity, _ kind: Kind
        ) -> ReportedValue {
            guard case .value(let value) = reported else { return reported }
            switch quantity {
            case .temperature: return temperature(temperatureUnit.canonical(value), kind)
            case .pressure:
                return pascals == 100
                    ? .value(FieldUnit.hectopascals.canonical(value)) : .value(value * pascals)
            default: return reported
            }
        }

        private func temperature(_ celsius: Double, _ kind: Kind) -> ReportedValue {
            switch kind {
            case .oneWire where celsius == 85: .marker(.powerOnValue)
            case .oneWire where celsius == -127: .marker(.probeAbsent)
            case .sensirion where celsius == 130 || celsius == -45: .marker(.sensorError)
            case .zigbee: Zigbee2MQTT.temperature(celsius)
            default: celsius < -273.15 ? .marker(.underRange) : .value(celsius)
            }
        }
    }

    /// A member of a sensor that is for the log.
    private struct Field {
        var quantity: Quantity
        /// Which of the sensor's probes of that quantity, from 0.
        var place = 0

        init?(_ name: Span<UInt8>) {
            if name.isEqual(to: "Temperature") || name.isEqual(to: "ProbeTemperature")
                || name.isEqual(to: "AMBTMP")
            {
                quantity = .temperature
            } else if name.isEqual(to: "OBJTMP") {
                // An infrared thermometer: its own, the air's, comes first.
                quantity = .temperature
                place = 1
            } else if name.isEqual(to: "Humidity") {
                quantity = .humidity
            } else if name.isEqual(to: "Pressure") {
                quantity = .pressure
            } else if name.isEqual(to: "CarbonDioxide") {
                quantity = .carbonDioxide
            } else if name.isEqual(to: "PM2.5") {
                quantity = .particulates
            } else if name.isEqual(to: "Battery") || name.isEqual(to: "BatteryPercentage") {
                quantity = .battery
            } else if name.isEqual(to: "BatteryVoltage") {
                quantity = .batteryVoltage
            } else if name.begins(with: "Temperature"),
                // The inputs of the analogue converter, from 1.
                let number = name.extracting(11..<name.count).decimalNumber, 1...32 ~= number
            {
                quantity = .temperature
                place = number - 1
            } else {
                return nil
            }
        }
    }
}
