import ColdChain
import DeviceCodecs
import JSONText

/// A gateway whose messages are decoded one after the other.
enum RelayingGateway: CaseIterable {
    case ruuvi, minew, moko, theengs

    /// The batch that a message of the gateway came to.
    func read(_ json: String, topic: String = "gateway") throws -> SampleBatch {
        var document = try JSONDocument()
        let root = try document.read(Array(json.utf8).span)
        var batch = SampleBatch()
        var router = FrameRouter(formats: [])
        let message = MessageContext(receivedAt: noon)
        switch self {
        case .ruuvi:
            let topic = Array(topic.utf8)
            try RuuviGateway.decode(
                document, root, topic.span, message, &router, into: &batch)
        case .minew: try MinewGateway.decode(document, root, message, &router, into: &batch)
        case .moko: try MokoGateway.decode(document, root, message, &router, into: &batch)
        case .theengs: try Theengs.decode(document, root, message, &router, into: &batch)
        }
        return batch
    }

    func failure(_ json: String, topic: String = "gateway") -> DecodingReason? {
        do {
            _ = try read(json, topic: topic)
            return nil
        } catch let failure as DecodingFailure {
            return failure.reason
        } catch {
            return nil
        }
    }
}

extension SampleBatch {
    func time(ofSample index: Int = 0) -> Int64? {
        samples.indices.contains(index) ? samples[index].measuredAt?.milliseconds : nil
    }

    var reasons: [String] { rejections.map { "\($0.row) \($0.reason)" } }
}

/// 21.32 °C of a tag F41F0C28CBD6, and somebody's iBeacon.
let ruuviTag = "0201061BFF99040510A84C6DC6D7000CFFF803F4ADB6AD697FF41F0C28CBD6"
let strangersBeacon = "0201061AFF4C000215D77657C452A7426FB9D0D71E10798C8A00000000BA"
