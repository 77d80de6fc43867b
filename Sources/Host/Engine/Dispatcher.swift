package import Bridge
package import ColdChain
package import DeviceCodecs
import Fabric
package import Intake
import JSONText
import Wire

/// Takes each message to the decoder its topic names, and what came of it to the bridge.
package final class Dispatcher {
    private let catalogue: ProfileCatalogue
    private var decoder: PayloadDecoder
    private let reader: JSONTextReader
    private var samples = SampleBatch()
    private let codecs: VendorCodecs?
    /// The profile that takes announcements; readings on announced topics are of it.
    private let announcing: ProfileNumber?
    /// Nil where no messages are taken by MQTT.
    private let events: EventTopic?
    /// Messages of the turn that wait for a vendor's codec.
    private var waiting: [Waiting] = []

    /// A message whose frame a vendor's codec has to decode.
    private struct Waiting {
        /// Where the message stands in the batch of the turn.
        var index: Int
        var route: Route
        var arrival: Arrival
        var call: CodecCall
        var number: Int
    }

    package convenience init(_ catalogue: ProfileCatalogue) throws(StartError) {
        try self.init(catalogue, codecs: nil)
    }

    init(
        _ catalogue: ProfileCatalogue, codecs: VendorCodecs?, events: EventTopic? = nil
    ) throws(StartError) {
        self.events = events
        self.catalogue = catalogue
        self.codecs = codecs
        announcing = catalogue.profiles.firstIndex { $0.format == .homeAssistant }
            .map(ProfileNumber.init)
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
            dispatch(topic, payload, arrival, index: index, to: &bridge, effects: &effects)
        }
    }

    /// Ends the turn: hands over what vendors' codecs made of the batch's messages.
    package func finish(
        _ batch: borrowing MessageBatch, to bridge: inout Bridge?, effects: inout Effects
    ) {
        guard !waiting.isEmpty else { return }
        codecs?.finish()
        for message in waiting {
            finish(
                message, batch.topic(at: message.index), batch.payload(at: message.index), &bridge,
                &effects)
        }
        waiting.removeAll(keepingCapacity: true)
    }

    /// Takes a whole message that was received before and kept, to its end.
    func dispatchAgain(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival,
        to bridge: inout Bridge?, effects: inout Effects
    ) {
        decoder.frames.takesOldCounters = true
        defer { decoder.frames.takesOldCounters = false }
        dispatch(topic, payload, arrival, index: 0, to: &bridge, effects: &effects)
        guard let message = waiting.popLast() else { return }
        codecs?.finish()
        finish(message, topic, payload, &bridge, &effects)
    }

    private func finish(
        _ message: Waiting, _ topic: Span<UInt8>, _ payload: Span<UInt8>,
        _ bridge: inout Bridge?, _ effects: inout Effects
    ) {
        do throws(DecodingFailure) {
            guard let codecs else {
                throw DecodingFailure(.codecUnavailable, detail: "no codec runs here")
            }
            let answer = try codecs.answer(message.number)
            try decoder.decode(
                answer.span, to: message.call, receivedAt: message.arrival.receivedAt,
                into: &samples)
        } catch {
            refuse(topic, payload, message.arrival, error, &bridge, &effects)
            return
        }
        bridge?.receive(
            samples, profile: message.route.profile, naming: message.route.naming, topic: topic,
            payload: payload, arrival: message.arrival, effects: &effects)
    }

    private func refuse(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival,
        _ failure: DecodingFailure, _ bridge: inout Bridge?, _ effects: inout Effects
    ) {
        let device = failure.device.map { Array($0.utf8) }
        bridge?.receive(
            undecodable: topic, payload: payload, arrival: arrival,
            reason: failure.reason.rawValue, detail: failure.detail,
            guess: failure.reason == .unknownModel
                ? "a device behind a LoRaWAN network: adopt it with its profile"
                : PayloadGuess.text(of: payload), device: device?.span, effects: &effects)
    }

    /// From now on the frames that are relayed for a device are decoded by another profile. One that
    /// is not in the catalogue, or has topics of its own, is as if nobody had said what the device is.
    func take(_ change: ModelChange) {
        let model = change.profile.flatMap(catalogue.number).flatMap { number in
            catalogue[number].topics.isEmpty ? number : nil
        }
        decoder.frames.setModel(model, ofDevice: Array(change.device.utf8).span)
    }

    /// From now on encrypted adverts are opened with these keys, and no others.
    func take(_ keys: [AdvertKey]) throws(AdvertKeyError) {
        try decoder.frames.setKeys(keys)
    }

    private func dispatch(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival, index: Int,
        to bridge: inout Bridge?, effects: inout Effects
    ) {
        if let order = OrderTopic.order(in: topic) {
            dispatchOrder(order, topic, payload, arrival, &bridge, &effects)
        } else if let events, let channel = events.channel(in: topic) {
            dispatch(channel, events.catalogue, topic, payload, arrival, &bridge, &effects)
        } else {
            dispatchReading(topic, payload, arrival, index, &bridge, &effects)
        }
    }

    private func dispatchReading(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival, _ index: Int,
        _ bridge: inout Bridge?, _ effects: inout Effects
    ) {
        let route: Route
        do throws(TopicRefusal) {
            route = try catalogue.route(topic)
        } catch {
            if error == .unknownTopic,
                dispatchAnnounced(topic, payload, arrival, &bridge, &effects)
            {
                return
            }
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: error.rawValue,
                detail: error.description, guess: PayloadGuess.text(of: payload),
                effects: &effects)
            return
        }
        if route.profile == announcing {
            bridge?.remember(announcement: payload, on: topic, effects: &effects)
        }
        do throws(DecodingFailure) {
            try decoder.decode(
                payload, topic: topic, profile: route.profile,
                IncomingMessage(receivedAt: arrival.receivedAt, naming: route.naming),
                into: &samples)
        } catch {
            refuse(topic, payload, arrival, error, &bridge, &effects)
            return
        }
        if let call = decoder.frames.codecCall {
            guard let codecs else {
                let failure = DecodingFailure(
                    .codecUnavailable, detail: "no vendor's codec is loaded")
                return refuse(topic, payload, arrival, failure, &bridge, &effects)
            }
            waiting.append(
                Waiting(
                    index: index, route: route, arrival: arrival, call: call,
                    number: codecs.begin(call, receivedAt: arrival.receivedAt)))
            return
        }
        bridge?.receive(
            samples, profile: route.profile, naming: route.naming, topic: topic, payload: payload,
            arrival: arrival, effects: &effects)
    }

    /// Takes a message on a topic that a device announced; false where none did.
    private func dispatchAnnounced(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, _ arrival: Arrival,
        _ bridge: inout Bridge?, _ effects: inout Effects
    ) -> Bool {
        guard let announcing else { return false }
        do throws(DecodingFailure) {
            guard
                try decoder.decodeAnnounced(
                    payload, topic: topic, receivedAt: arrival.receivedAt, into: &samples)
            else { return false }
        } catch {
            refuse(topic, payload, arrival, error, &bridge, &effects)
            return true
        }
        bridge?.receive(
            samples, profile: announcing, naming: .nobody, topic: topic, payload: payload,
            arrival: arrival, effects: &effects)
        return true
    }

    /// Takes again what a device announced before a restart. What was wrong with it was said when
    /// it came; a profile that is no longer there takes none.
    func restore(_ announcement: AnnouncementMessage, receivedAt: Timestamp) {
        let topic = announcement.topic.span
        guard let announcing, let route = try? catalogue.route(topic), route.profile == announcing
        else { return }
        try? decoder.decode(
            announcement.payload.span, topic: topic, profile: announcing,
            IncomingMessage(receivedAt: receivedAt), into: &samples)
    }

    /// The topics that devices announced since this was asked for the last time, without those of
    /// profiles: they are subscribed to already, and would come twice.
    func takeNewFilters() -> [String] {
        decoder.takeNewFilters().filter { topic in
            do throws(TopicRefusal) {
                _ = try catalogue.route(Array(topic.utf8).span)
                return false
            } catch {
                return error == .unknownTopic
            }
        }
    }

    /// Takes a message that is to be told to the channel that the topic names.
    private func dispatch(
        _ channel: String, _ messages: MessageCatalogue, _ topic: Span<UInt8>,
        _ payload: Span<UInt8>, _ arrival: Arrival, _ bridge: inout Bridge?,
        _ effects: inout Effects
    ) {
        let message: JudgedMessage
        do throws(JSONSyntaxError) {
            let broker = bridge?.settings.brokers[arrival.broker] ?? ""
            message = messages.judge(
                try reader.parse(payload), by: EventTopic.publisher(broker: broker),
                now: arrival.receivedAt)
        } catch {
            bridge?.receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: "event_refused",
                detail: "not JSON: \(error.description)", effects: &effects)
            return
        }
        bridge?.perform(
            message, channel: channel, arrival: arrival, topic: topic, payload: payload,
            effects: &effects)
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
