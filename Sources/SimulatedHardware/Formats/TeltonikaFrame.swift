import ColdChain
import Wire

/// Records of a Teltonika tracker in codec 8 Extended, the oldest first.
package struct TeltonikaFrame: Sendable {
    package var records: [TeltonikaRecord]

    /// Some 1,300 bytes: what the trackers put into one packet.
    static let mostRecords = 12
    private static let codec: UInt8 = 0x8E

    package init(records: [TeltonikaRecord]) {
        self.records = records
    }

    /// What goes over MQTT: codec, count, records, count.
    package var data: [UInt8] {
        let count = UInt8(clamping: records.count)
        var bytes = [Self.codec, count]
        for record in records.prefix(Int(count)) { record.append(to: &bytes) }
        bytes.append(count)
        return bytes
    }

    /// What goes over TCP, and over MQTT from some configurations: four zeros, the length of the
    /// data, the data, CRC-16/IBM of the data in four bytes.
    package var framed: [UInt8] {
        let data = data
        var bytes: [UInt8] = [0, 0, 0, 0]
        bytes.append(bigEndian: UInt32(data.count))
        bytes += data
        bytes.append(bigEndian: UInt32(Self.checksum(data)))
        return bytes
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var checksum: UInt16 = 0
        for byte in bytes {
            checksum ^= UInt16(byte)
            for _ in 0..<8 {
                checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xA001 : checksum >> 1
            }
        }
        return checksum
    }
}

/// One record of codec 8 Extended.
package struct TeltonikaRecord: Sendable {
    /// An I/O element: the AVL id and its value.
    package struct Element: Sendable {
        package var id: UInt16
        package var value: UInt64

        package init(_ id: UInt16, _ value: UInt64) {
            self.id = id
            self.value = value
        }
    }

    /// By the width of their values: 1, 2, 4 and 8 bytes.
    package typealias Elements = (
        one: [Element], two: [Element], four: [Element], eight: [Element]
    )

    /// Milliseconds since 1970.
    package var time: Int64
    /// 0 low, 1 high, 2 panic.
    package var priority: UInt8
    /// In 1e-7 degrees.
    package var longitude: Int32
    package var latitude: Int32
    /// Metres.
    package var altitude: Int16
    package var course: UInt16
    package var satellites: UInt8
    /// km/h.
    package var speed: UInt16
    /// The AVL id of what caused the record; 0 for the passing of time.
    package var event: UInt16
    package var elements: Elements
    /// What the log must say of it.
    var sample: ExpectedSample

    package init(
        time: Int64, priority: UInt8, longitude: Int32, latitude: Int32, altitude: Int16,
        course: UInt16, satellites: UInt8, speed: UInt16, event: UInt16, elements: Elements
    ) {
        self.time = time
        self.priority = priority
        self.longitude = longitude
        self.latitude = latitude
        self.altitude = altitude
        self.course = course
        self.satellites = satellites
        self.speed = speed
        self.event = event
        self.elements = elements
        sample = ExpectedSample(measuredAt: time, by: .device, measurements: [])
    }

    func append(to bytes: inout [UInt8]) {
        bytes.append(bigEndian: time)
        bytes.append(priority)
        bytes.append(bigEndian: longitude)
        bytes.append(bigEndian: latitude)
        bytes.append(bigEndian: altitude)
        bytes.append(bigEndian: course)
        bytes.append(satellites)
        bytes.append(bigEndian: speed)
        bytes.append(bigEndian: event)
        let count =
            elements.one.count + elements.two.count + elements.four.count + elements.eight.count
        bytes.append(bigEndian: UInt16(count))
        Self.append(elements.one, as: UInt8.self, to: &bytes)
        Self.append(elements.two, as: UInt16.self, to: &bytes)
        Self.append(elements.four, as: UInt32.self, to: &bytes)
        Self.append(elements.eight, as: UInt64.self, to: &bytes)
        // Values of any length: none.
        bytes.append(bigEndian: UInt16(0))
    }

    private static func append<Number: FixedWidthInteger>(
        _ elements: [Element], as _: Number.Type, to bytes: inout [UInt8]
    ) {
        bytes.append(bigEndian: UInt16(elements.count))
        for element in elements {
            bytes.append(bigEndian: element.id)
            bytes.append(bigEndian: Number(truncatingIfNeeded: element.value))
        }
    }
}
