import ColdChain
package import Configuration
import DeviceCodecs
import JSONText
import System
import Wire

/// Decodes one message without a daemon: what `freshwire decode` prints.
package enum PayloadPreview {
    /// Everything the payload says by the profile of its topic, or why it says nothing, as JSON.
    ///
    /// - Returns: The text, and whether anything could be decoded.
    package static func decode(
        topic: String, payload: [UInt8], _ configuration: Configuration
    ) throws(StartError) -> (json: [UInt8], isDecoded: Bool) {
        let catalogue = try ProfileCatalogue(configuration.devices)
        var writer = JSONWriter()
        let name = Array(topic.utf8)
        let route: Route
        do throws(TopicRefusal) {
            route = try catalogue.route(name.span)
        } catch {
            writer.object { $0.refusal(error.rawValue, error.description) }
            return (writer.bytes, false)
        }
        let profile = catalogue[route.profile]
        var samples = SampleBatch()
        do {
            var decoder = try PayloadDecoder(catalogue)
            let now = Timestamp(milliseconds: Clock.wallMilliseconds())
            try decoder.decode(
                payload.span, topic: name.span, profile: route.profile,
                IncomingMessage(receivedAt: now, naming: route.naming), into: &samples)
        } catch let failure as DecodingFailure {
            writer.object { object in
                object.member("profile", profile.identity)
                object.refusal(failure.reason.rawValue, failure.detail)
            }
            return (writer.bytes, false)
        } catch {
            throw StartError("no memory for the decoder")
        }
        writer.object { object in
            object.member("profile", profile.identity)
            if let carrier = route.naming.carrier, let range = route.naming.name {
                object.member(carrier.rawValue, String(decoding: name[range], as: UTF8.self))
            }
            object.samples(samples, ranges: profile.ranges)
        }
        return (writer.bytes, true)
    }
}

extension JSONWriter {
    fileprivate mutating func refusal(_ reason: String, _ detail: String) {
        name("refused")
        object { refused in
            refused.member("reason", reason)
            refused.member("detail", detail)
        }
    }

    fileprivate mutating func samples(_ batch: SampleBatch, ranges: GrossRanges) {
        name("samples")
        array { samples in
            for sample in batch.samples {
                samples.object { $0.sampleMembers(sample, in: batch, ranges: ranges) }
            }
        }
        name("rejections")
        array { rejections in
            for rejection in batch.rejections {
                rejections.object { object in
                    object.member("row", Int64(rejection.row))
                    object.member("reason", rejection.reason)
                }
            }
        }
    }

    private mutating func sampleMembers(
        _ sample: Sample, in batch: SampleBatch, ranges: GrossRanges
    ) {
        instantMember("measuredAt", sample.measuredAt)
        member("timeSource", sample.timeSource.name)
        member("sequence", sample.sequence)
        name("measurements")
        array { measurements in
            for measurement in batch.measurements[sample.measurements] {
                measurements.object { object in
                    object.member("quantity", measurement.quantity.name)
                    object.member("value", measurement.value)
                    object.member("unit", measurement.quantity.unit)
                    object.member(
                        "grossRange", Int64(ranges.flag(for: measurement).rawValue))
                }
            }
        }
        guard let position = sample.position else { return }
        name("position")
        object { object in
            object.member("latitude", position.latitude)
            object.member("longitude", position.longitude)
            object.member("speedMetresPerSecond", position.speed)
            object.member("heading", position.heading)
            object.member("accuracyMetres", position.accuracy)
        }
    }
}
