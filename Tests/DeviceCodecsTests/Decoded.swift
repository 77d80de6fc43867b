import ColdChain
import DeviceCodecs
import JSONText

/// A sample as a test writes it.
struct Decoded: Equatable, CustomStringConvertible {
    var time: Int64?
    var sequence: Int64?
    var temperature: Double?
    var humidity: Double?
    var battery: Double?
    var position: Position?

    var description: String {
        "(time: \(time as Any), sequence: \(sequence as Any), temperature: \(temperature as Any), "
            + "humidity: \(humidity as Any), battery: \(battery as Any), "
            + "position: \(position as Any))"
    }
}

/// What a message came to.
enum Outcome: Equatable {
    /// The samples, and the rejections as `row reason`.
    case samples([Decoded], rejected: [String] = [])
    case failure(DecodingReason)
}

func decode(
    _ payload: [UInt8], with profile: Profile, limits: JSONLimits = .standard
) throws -> Outcome {
    let catalogue = try ProfileCatalogue([profile])
    var decoder = try PayloadDecoder(catalogue, limits: limits)
    var batch = SampleBatch()
    return try decode(payload, catalogue, &decoder, &batch)
}

func decode(
    _ payload: [UInt8], _ catalogue: ProfileCatalogue, _ decoder: inout PayloadDecoder,
    _ batch: inout SampleBatch, profile: Int = 0
) throws -> Outcome {
    let topic = Array(
        catalogue.profiles[profile].topics[0].filter.replacing("+", with: "name").utf8)
    let route = try catalogue.route(topic.span)
    do throws(DecodingFailure) {
        try decoder.decode(
            payload.span, topic: topic.span, profile: route.profile, atNoon, into: &batch)
    } catch {
        let isEmpty =
            batch.samples.isEmpty && batch.measurements.isEmpty && batch.rejections.isEmpty
        return isEmpty ? .failure(error.reason) : .samples([])
    }
    return .samples(
        batch.samples.map { Decoded($0, of: batch) },
        rejected: batch.rejections.map { "\($0.row) \($0.reason)" })
}

extension Decoded {
    fileprivate init(_ sample: Sample, of batch: SampleBatch) {
        time = sample.measuredAt?.milliseconds
        sequence = sample.sequence
        position = sample.position
        for measurement in batch.measurements[sample.measurements] {
            switch measurement.quantity {
            case .temperature: temperature = measurement.value
            case .humidity: humidity = measurement.value
            case .battery: battery = measurement.value
            default: break
            }
        }
    }
}

/// One of the profiles that are part of the program.
func shipped(_ id: String) throws -> Profile {
    try ProfileCatalogue.shippedProfiles().first { $0.id == id }.unwrapped(id)
}

extension Optional {
    func unwrapped(_ what: String) throws -> Wrapped {
        guard let self else { throw NotThere(what: what) }
        return self
    }
}

struct NotThere: Error {
    var what: String
}

/// A profile of one temperature field and a time, changed by further lines of YAML.
func profile(
    temperature: String = "{path: temperature, unit: °C}", time: String? = nil,
    sequence: String? = nil, fields: String = ""
) throws -> Profile {
    var text = """
        id: test/device
        version: 1
        description: A device of a test.
        topic: test/{bag}
        format: json
        fields:
          temperature: \(temperature)
        \(fields)

        """
    if let time { text += "time: \(time)\n" }
    if let sequence { text += "sequence: \(sequence)\n" }
    return try Profile(parsing: Array(text.utf8), file: "test.yaml")
}
