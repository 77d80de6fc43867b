package import ColdChain
package import Wire

/// What the log has to say of one sample that a message carries.
package struct ExpectedSample: Equatable, Sendable {
    /// Nil where there is no time to use, and that of receipt stands in.
    package var measuredAt: Timestamp?
    package var timeSource: TimeSource
    package var notes: ReadingNotes
    package var sequence: Int64?
    package var measurements: [Measurement]
    package var position: Position?

    init(
        measuredAt: Int64?, by source: TimeSource, notes: ReadingNotes = [], sequence: Int64? = nil,
        measurements: [Measurement], position: Position? = nil
    ) {
        self.measuredAt = measuredAt.map { Timestamp(milliseconds: $0) }
        timeSource = measuredAt == nil ? .receipt : source
        self.notes = notes
        self.sequence = sequence
        self.measurements = measurements
        self.position = position
    }
}

/// A message of a run, with what it says.
package struct PlayedMessage: Sendable {
    /// Counted from 1 through the run.
    package var number: Int
    /// When it is published, by the run's own time.
    package var time: Timestamp
    package var topic: String
    package var payload: [UInt8]
    package var qos: UInt8
    package var format: DeviceFormat
    /// As the log calls it.
    package var device: String
    package var carrier: Carrier
    /// Empty where the message says nothing new, such as an advert that another gateway heard first.
    package var samples: [ExpectedSample]
}

extension PlayedMessage {
    /// Appends a line of JSON for each reading and each position that the log must hold.
    package func appendTruth(to lines: inout [UInt8], _ writer: inout JSONWriter) {
        for sample in samples {
            for measurement in sample.measurements {
                write(sample, to: &lines, &writer) { json in
                    json.member("quantity", measurement.quantity.name)
                    json.member("probe", Int64(measurement.probe))
                    json.name("value")
                    json.value(measurement.value)
                    json.member("unit", measurement.quantity.unit)
                    json.name("marker")
                    if let marker = measurement.marker {
                        json.value(marker.name)
                    } else {
                        json.null()
                    }
                }
            }
            if let position = sample.position {
                write(sample, to: &lines, &writer) { json in
                    json.member("quantity", "position")
                    json.member("latitude", position.latitude)
                    json.member("longitude", position.longitude)
                    json.member("speed", position.speed)
                    json.member("heading", position.heading)
                    json.member("accuracy", position.accuracy)
                    json.member("altitude", position.altitude)
                    json.member("satellites", position.satellites.map(Int64.init))
                }
            }
        }
    }

    private func write(
        _ sample: ExpectedSample, to lines: inout [UInt8], _ writer: inout JSONWriter,
        _ content: (inout JSONWriter) -> Void
    ) {
        writer.removeAll()
        writer.object { json in
            json.member("message", Int64(number))
            json.member("sentAt", instant: time.milliseconds)
            json.member("format", format.rawValue)
            json.member("topic", topic)
            json.member("device", device)
            let kind = if case .bag = carrier { CarrierKind.bag } else { CarrierKind.vehicle }
            json.member("carrierKind", kind.rawValue)
            json.member("carrier", carrier.name)
            content(&json)
            if let measuredAt = sample.measuredAt {
                json.member("measuredAt", instant: measuredAt.milliseconds)
            } else {
                json.name("measuredAt")
                json.null()
            }
            json.member("timeSource", sample.timeSource.name)
            json.name("sequence")
            if let sequence = sample.sequence { json.value(sequence) } else { json.null() }
            json.name("notes")
            json.array { json in for name in sample.notes.names { json.value(name) } }
        }
        lines += writer.bytes
        lines.append(UInt8(ascii: "\n"))
    }
}

extension Double {
    /// Kilometres an hour in metres a second, to a millionth as the log keeps what it converts.
    static func metresASecond(kilometresAnHour: Double) -> Double {
        (kilometresAnHour / 3.6 * 1_000_000).rounded() / 1_000_000
    }
}
