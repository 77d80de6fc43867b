import CodecSandbox
package import ColdChain
package import Configuration
package import DeviceCodecs
import JSONText
import System
import Wire

/// A message to decode without recording it.
package struct DryRunQuestion: Equatable, Sendable {
    /// `vendor/model` of the profile to decode by; nil for the one that the topic leads to.
    package var profile: String?
    package var topic: String?
    package var payload: [UInt8]
    /// Of a LoRaWAN frame that is given by itself.
    package var port: Int
    package var receivedAt: Timestamp
    /// `vendor/model` of every device whose frames an envelope holds.
    package var model: String?

    package init(
        profile: String? = nil, topic: String? = nil, payload: [UInt8], port: Int = 0,
        receivedAt: Timestamp, model: String? = nil
    ) {
        self.profile = profile
        self.topic = topic
        self.payload = payload
        self.port = port
        self.receivedAt = receivedAt
        self.model = model
    }
}

/// What a dry run showed, as JSON.
package struct DryRunAnswer: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        case decoded
        /// The message says nothing that could be recorded; the JSON says why.
        case refused
        /// The question names no profile, or one that there is not.
        case unanswerable
        /// A vendor's codec would have to run, and cannot run here.
        case needsCodec
    }

    package var outcome: Outcome
    package var json: [UInt8]
}

/// Decodes single messages as the daemon would, and says everything about them: for
/// `freshwire decode` and for `POST /v1/decode`.
package struct DryRun: ~Copyable {
    private let catalogue: ProfileCatalogue
    private var decoder: PayloadDecoder
    private var samples = SampleBatch()
    /// Nil where no codec may be run.
    private let sandbox: CodecSandboxSettings?

    /// - Parameters:
    ///   - codecs: How vendors' codecs are run; nil where they are not.
    ///   - deviceKeys: What encrypted adverts are opened with.
    package init(
        _ catalogue: ProfileCatalogue, codecs: Configuration.Codecs?, deviceKeys: [AdvertKey]
    ) throws(StartError) {
        self.catalogue = catalogue
        sandbox = codecs.map(CodecSandboxSettings.init)
        decoder = try Self.decoder(catalogue, deviceKeys)
    }

    private static func decoder(
        _ catalogue: ProfileCatalogue, _ deviceKeys: [AdvertKey]
    ) throws(StartError) -> PayloadDecoder {
        do {
            var decoder = try PayloadDecoder(catalogue)
            try decoder.frames.setKeys(deviceKeys)
            // Each message is tried by itself, whatever was tried before.
            decoder.frames.takesOldCounters = true
            return decoder
        } catch let error as AdvertKeyError {
            throw StartError("devices.keys_file: \(error.description)")
        } catch {
            throw StartError("no memory for the decoder")
        }
    }

    package mutating func answer(_ question: DryRunQuestion) -> DryRunAnswer {
        let topic = Array((question.topic ?? "").utf8)
        var report = DryRunReport(question, topic)
        do throws(Unanswerable) {
            report.route = try route(question, topic)
            decoder.frames.assumedModel = try question.model.map { (id) throws(Unanswerable) in
                try number(of: id)
            }
        } catch {
            return report.answer(.unanswerable, error.reason, error.detail)
        }
        guard let route = report.route else {
            return report.answer(.unanswerable, "no_profile", "nothing names a profile")
        }
        do throws(DecodingFailure) {
            try decoder.decode(
                question.payload.span, topic: topic.span, profile: route.profile,
                IncomingMessage(
                    receivedAt: question.receivedAt, naming: route.naming, port: question.port),
                into: &samples)
            if let call = decoder.frames.codecCall {
                let json = try runCodec(call, receivedAt: question.receivedAt)
                try decoder.decode(
                    json.span, to: call, receivedAt: question.receivedAt, into: &samples)
            }
        } catch {
            let outcome: DryRunAnswer.Outcome =
                error.reason == .codecUnavailable ? .needsCodec : .refused
            return report.answer(outcome, error.reason.rawValue, error.detail, catalogue)
        }
        return report.answer(samples, catalogue)
    }

    private struct Unanswerable: Error {
        var reason: String
        var detail: String
    }

    private func route(
        _ question: DryRunQuestion, _ topic: [UInt8]
    ) throws(Unanswerable) -> Route {
        let named = try question.profile.map { (id) throws(Unanswerable) in
            try number(of: id)
        }
        guard question.topic != nil || named == nil else {
            return Route(profile: named ?? ProfileNumber(rawValue: 0), naming: .nobody)
        }
        do throws(TopicRefusal) {
            let route = try catalogue.route(topic.span)
            // Another profile's topic names whom it names there only.
            guard let named, named != route.profile else { return route }
            return Route(profile: named, naming: .nobody)
        } catch {
            if let named { return Route(profile: named, naming: .nobody) }
            throw Unanswerable(reason: error.rawValue, detail: error.description)
        }
    }

    private func number(
        of id: String
    ) throws(Unanswerable) -> ProfileNumber {
        if let number = catalogue.number(of: id) { return number }
        let nearest = nearestName(to: id, among: catalogue.profiles.map(\.id))
        throw Unanswerable(
            reason: "unknown_profile",
            detail: "there is no profile '\(id)'\(didYouMeanAside(nearest))")
    }

    /// Each in a fresh process: what one message made of a codec is not seen by the next.
    private func runCodec(
        _ call: CodecCall, receivedAt: Timestamp
    ) throws(DecodingFailure) -> [UInt8] {
        let id = catalogue[call.profile].id
        guard let sandbox, let codecs = VendorCodecs(catalogue, sandbox, only: [call.profile])
        else {
            throw DecodingFailure(
                .codecUnavailable,
                detail: "the vendor's codec of '\(id)' runs in the daemon's decoding only; "
                    + "'freshwire decode' runs it beside the daemon")
        }
        if let refusal = codecs.refused.first {
            throw DecodingFailure(.codecUnavailable, detail: "profile \(id): \(refusal.reason)")
        }
        if let text = codecs.waitingText { throw DecodingFailure(.codecUnavailable, detail: text) }
        return try codecs.answer(to: call, receivedAt: receivedAt)
    }
}
