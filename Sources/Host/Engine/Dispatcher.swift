package import Bridge
package import ColdChain
package import DeviceCodecs
package import Intake
import JSONText
import Wire

/// Takes each message to the decoder its topic names, and what came of it to the bridge.
package final class Dispatcher {
    private let catalogue: ProfileCatalogue
    private var decoder: PayloadDecoder
    private let reader: JSONTextReader
    private var samples = SampleBatch()

    package init(_ catalogue: ProfileCatalogue) throws(StartError) {
        self.catalogue = catalogue
        do throws(JSONSyntaxError) {
            decoder = try PayloadDecoder(catalogue)
            reader = try JSONTextReader()
        } catch {
            throw StartError("no memory for the decoder")
        }
    }

    /// Takes a message that came from a broker.
    package func dispatch(
        _ batch: borrowing MessageBatch, at index: Int, receivedAt: Timestamp,
        to bridge: inout Bridge?, effects: inout Effects
    ) {
        let entry = batch[index]
        let topic = batch.topic(at: index)
        let payload = batch.payload(at: index)
        let arrival = Arrival(
            broker: Int(entry.broker), receivedAt: receivedAt, isRetained: entry.isRetained,
            packetIdentifier: entry.packetIdentifier)
        if entry.isTruncated {
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: "too_large",
                detail: "the payload has \(entry.payloadLength) bytes", effects: &effects)
        } else {
            dispatch(topic, payload, arrival, to: &bridge, effects: &effects)
        }
    }

    /// Takes a whole message, from wherever it comes.
    func dispatch(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival,
        to bridge: inout Bridge?, effects: inout Effects
    ) {
        if let order = OrderTopic.order(in: topic) {
            dispatchOrder(order, topic, payload, arrival, &bridge, &effects)
        } else {
            dispatchReading(topic, payload, arrival, &bridge, &effects)
        }
    }

    private func dispatchReading(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival,
        _ bridge: inout Bridge?, _ effects: inout Effects
    ) {
        let route: Route
        do throws(TopicRefusal) {
            route = try catalogue.route(topic)
        } catch {
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: error.rawValue,
                detail: error.description, effects: &effects)
            return
        }
        do throws(DecodingFailure) {
            try decoder.decode(
                payload, topic: topic, profile: route.profile,
                IncomingMessage(receivedAt: arrival.receivedAt, naming: route.naming),
                into: &samples)
        } catch {
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival,
                reason: error.reason.rawValue, detail: error.detail, effects: &effects)
            return
        }
        bridge?.receive(
            samples, profile: route.profile, naming: route.naming, topic: topic, payload: payload,
            arrival: arrival, effects: &effects)
    }

    private func dispatchOrder(
        _ name: Range<Int>, _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival,
        _ bridge: inout Bridge?, _ effects: inout Effects
    ) {
        let command: Command
        do {
            let json = try reader.parse(payload)
            let bytes = name.map { topic[$0] }
            guard let order = String(validating: bytes, as: UTF8.self) else {
                throw CommandRefusal.invalid(field: "topic", reason: "it is not UTF-8")
            }
            command = try CommandText.event(json, order: order)
        } catch let error as JSONSyntaxError {
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: "order_refused",
                detail: "not JSON: \(error.description)", effects: &effects)
            return
        } catch {
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: "order_refused",
                detail: "\(error)", effects: &effects)
            return
        }
        bridge?.perform(
            command, arrival: arrival, topic: topic, payload: payload, effects: &effects)
    }
}
