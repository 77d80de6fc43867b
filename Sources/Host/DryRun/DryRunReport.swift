import ColdChain
import DeviceCodecs
import Wire

/// Puts the outcome of a dry run into words.
struct DryRunReport {
    private let question: DryRunQuestion
    private let topic: [UInt8]
    /// Nil until it is known.
    var route: Route?

    init(_ question: DryRunQuestion, _ topic: [UInt8]) {
        self.question = question
        self.topic = topic
    }

    /// A message that says nothing, and why.
    func answer(
        _ outcome: DryRunAnswer.Outcome, _ reason: String, _ detail: String,
        _ catalogue: ProfileCatalogue? = nil
    ) -> DryRunAnswer {
        var writer = JSONWriter()
        writer.object { object in
            if let catalogue { head(&object, catalogue) }
            object.name("refused")
            object.object { refused in
                refused.member("reason", reason)
                refused.member("detail", detail)
            }
        }
        return DryRunAnswer(outcome: outcome, json: writer.bytes)
    }

    func answer(_ batch: SampleBatch, _ catalogue: ProfileCatalogue) -> DryRunAnswer {
        var writer = JSONWriter()
        writer.object { object in
            head(&object, catalogue)
            if batch.isStatus { object.member("status", true) }
            if batch.foreignFrames > 0 {
                object.member("foreignFrames", Int64(batch.foreignFrames))
            }
            object.name("samples")
            object.array { samples in
                for sample in batch.samples {
                    samples.object { self.members(of: sample, in: batch, catalogue, &$0) }
                }
            }
            object.name("rejections")
            object.array { rejections in
                for rejection in batch.rejections {
                    rejections.object { object in
                        object.member("row", Int64(rejection.row))
                        object.member("reason", rejection.reason)
                    }
                }
            }
        }
        return DryRunAnswer(outcome: .decoded, json: writer.bytes)
    }

    private func head(_ object: inout JSONWriter, _ catalogue: ProfileCatalogue) {
        guard let route else { return }
        object.member("profile", catalogue[route.profile].identity)
        object.member("deviceClass", catalogue[route.profile].deviceClass?.rawValue)
        if let name = route.naming.name {
            object.member(
                route.naming.carrier?.rawValue ?? "device",
                String(decoding: topic[name], as: UTF8.self))
        }
        object.member("receivedAt", instant: question.receivedAt.milliseconds)
    }

    private func members(
        of sample: Sample, in batch: SampleBatch, _ catalogue: ProfileCatalogue,
        _ object: inout JSONWriter
    ) {
        if let device = sample.device {
            object.member("device", String(decoding: batch.text[device], as: UTF8.self))
        }
        let number = sample.profile ?? route?.profile
        if let number, number != route?.profile {
            object.member("profile", catalogue[number].identity)
            object.member("deviceClass", catalogue[number].deviceClass?.rawValue)
        }
        object.instantMember("measuredAt", sample.measuredAt)
        object.member("timeSource", sample.timeSource.name)
        object.name("notes")
        object.array { notes in for name in sample.notes.names { notes.value(name) } }
        object.member("sequence", sample.sequence)
        let ranges = number.map { catalogue[$0].ranges } ?? GrossRanges()
        object.name("measurements")
        object.array { measurements in
            for measurement in batch.measurements[sample.measurements] {
                measurements.object { writer in
                    writer.measurementMembers(measurement, ranges)
                    writer.member(
                        "resolution",
                        number.flatMap { catalogue[$0].resolution(of: measurement.quantity) })
                }
            }
        }
        guard let position = sample.position else { return }
        object.name("position")
        object.object { $0.positionMembers(position) }
    }
}

extension JSONWriter {
    /// A marker stands in the place of the number; no number is shown beside it.
    fileprivate mutating func measurementMembers(
        _ measurement: Measurement, _ ranges: GrossRanges
    ) {
        member("quantity", measurement.quantity.name)
        member("probe", Int64(measurement.probe))
        if let marker = measurement.marker {
            member("marker", marker.name)
        } else {
            member("value", measurement.value)
        }
        member("unit", measurement.quantity.unit)
        member("grossRange", Int64(ranges.flag(for: measurement).rawValue))
    }

    fileprivate mutating func positionMembers(_ position: Position) {
        member("latitude", position.latitude)
        member("longitude", position.longitude)
        member("altitudeMetres", position.altitude)
        member("speedMetresPerSecond", position.speed)
        member("heading", position.heading)
        member("accuracyMetres", position.accuracy)
        member("satellites", position.satellites.map(Int64.init))
    }
}
