import ColdChain
import DeviceCodecs
import JSONText
import Wire

/// What holds for the decoder whatever it is given. A property that does not hold stops the
/// program, which is what a fuzzer looks for.
///
/// The first byte of an input chooses what the others are: a payload for one of the profiles, a
/// JSON text, or a topic.
package struct DecodeProperties: ~Copyable {
    /// Uses what the shipped profiles do not: paths, text, RFC 3339, other units, ranges.
    private static let rich = """
        id: fuzz/rich
        version: 1
        description: Every feature of a profile at once.
        topic: fuzz/{site}/{bag}
        format: json
        time: {path: meta.at, kind: rfc3339}
        sequence: {path: meta.n, text: true}
        fields:
          temperature: {path: data.air.c, unit: °F, text: true, range: [-40, 185]}
          humidity: {path: [data, rel.hum], unit: "%", text: true}
          lat: {path: p.lat, unit: °}
          lon: {path: p.lon, unit: °, text: true}
          speed: {path: p.v, unit: kn}
          heading: {path: p.h, unit: °}
          accuracy: {path: p.a, unit: m}
        """

    private static let seconds = """
        id: fuzz/seconds
        version: 1
        description: Times in seconds.
        topic: fuzz/{vehicle}
        format: json
        time: {path: t, kind: epoch_s, text: true}
        fields:
          temperature: {path: c, unit: K}
        """

    private let catalogue: ProfileCatalogue
    private var decoder: PayloadDecoder
    private let reader: JSONTextReader
    private var batch: SampleBatch

    package init() throws {
        var profiles = try ProfileCatalogue.shippedProfiles().filter { $0.id.hasPrefix("generic/") }
        for text in [Self.rich, Self.seconds] {
            profiles.append(try Profile(parsing: Array(text.utf8), file: "fuzz.yaml"))
        }
        let catalogue = try ProfileCatalogue(profiles)
        // Small limits, so that inputs of a fuzzer's size reach them.
        let limits = JSONLimits(maximumBytes: 4000, maximumDepth: 8, maximumRows: 20)
        let reader = try JSONTextReader(limits: limits)
        decoder = try PayloadDecoder(catalogue, limits: limits)
        self.catalogue = catalogue
        self.reader = reader
        batch = SampleBatch()
    }

    package mutating func check(_ input: Span<UInt8>) {
        guard !input.isEmpty else { return }
        let rest = input.extracting(droppingFirst: 1)
        let count = UInt8(catalogue.profiles.count)
        let choice = input[0] % (count + 2)
        if choice < count {
            checkPayload(rest, Int(choice))
        } else if choice == count {
            checkText(rest)
        } else {
            checkTopic(rest)
        }
    }

    private mutating func checkPayload(_ payload: Span<UInt8>, _ number: Int) {
        let profile = profileNumber(number)
        let syntax = Result { () throws(JSONSyntaxError) in
            try reader.parse(Self.withoutZerosBehind(payload))
        }
        do throws(DecodingFailure) {
            try decoder.decode(
                payload, topic: [UInt8]().span, profile: profile,
                IncomingMessage(receivedAt: Timestamp(milliseconds: 1_795_176_000_000)),
                into: &batch)
        } catch {
            precondition(
                batch.samples.isEmpty && batch.measurements.isEmpty && batch.rejections.isEmpty,
                "a failure leaves nothing behind")
            if case .success = syntax {
                precondition(!Self.isAboutSyntax(error.reason), "sound JSON is no syntax error")
            }
            return
        }
        if case .failure(let error) = syntax,
            !payload.indices.contains(where: { payload[$0] == UInt8(ascii: "\n") })
        {
            // Several lines are documents of their own. NaN and numbers beyond a double are what
            // payloads may hold and other JSON may not.
            precondition(
                [.numberOutOfRange, .invalidNumber, .invalidLiteral].contains(error.reason),
                "what is decoded is sound JSON")
        }
        checkBatch()
    }

    private func checkBatch() {
        precondition(!batch.samples.isEmpty, "a message without a sample fails")
        precondition(batch.samples.count <= 20, "rows are bounded")
        var next = 0
        for sample in batch.samples {
            precondition(sample.measurements.lowerBound == next, "no measurement is lost")
            next = sample.measurements.upperBound
            precondition(
                !sample.measurements.isEmpty || sample.position != nil, "a sample says something")
            if let time = sample.measuredAt {
                precondition(RFC3339.representable.contains(time.milliseconds), "a real time")
            }
            if let position = sample.position { checkPosition(position) }
        }
        precondition(next == batch.measurements.count, "no measurement is without a sample")
        precondition(
            batch.measurements.allSatisfy { $0.value.isFinite == ($0.marker == nil) },
            "a measurement is a finite number or a marker")
        precondition(
            zip(batch.rejections, batch.rejections.dropFirst()).allSatisfy { $0.row <= $1.row },
            "rejections are in order of rows")
        precondition(
            batch.rejections.allSatisfy { rejection in
                let name = rejection.reason.prefix { $0 != ":" }
                return DecodingReason(rawValue: String(name)) != nil
            }, "reasons are known ones")
    }

    private func checkPosition(_ position: Position) {
        precondition((-90...90).contains(position.latitude), "a latitude")
        precondition((-180...180).contains(position.longitude), "a longitude")
        if let heading = position.heading { precondition((0..<360).contains(heading), "a heading") }
        for value in [position.speed, position.accuracy].compactMap(\.self) {
            precondition(value >= 0 && value.isFinite, "a speed or radius")
        }
    }

    private func checkText(_ text: Span<UInt8>) {
        guard let value = try? reader.parse(text) else { return }
        let written = value.bytes
        // Written more compactly than any input that reads the same, unless numbers get longer.
        guard let again = try? reader.parse(written.span) else {
            precondition(written.count > 4000, "what the writer writes can be read")
            return
        }
        precondition(again.bytes == written, "what was read is written as it was")
    }

    private func checkTopic(_ topic: Span<UInt8>) {
        guard let route = try? catalogue.route(topic) else { return }
        let name = topic.extracting(route.naming.name ?? 0..<0)
        precondition((1...CarrierName.maximumLength).contains(name.count), "a name has a length")
        for index in name.indices {
            precondition(name[index] >= 0x20 && name[index] != 0x2F, "a name has no controls")
        }
        precondition(
            catalogue[route.profile].carrier == route.naming.carrier, "the profile's own carrier")
    }

    private func profileNumber(_ number: Int) -> ProfileNumber {
        let topics = ["bags/b/readings", "vehicles/v/location", "fuzz/s/b", "fuzz/v"]
        let topic = Array(topics[number].utf8)
        guard let route = try? catalogue.route(topic.span) else {
            preconditionFailure("each profile has a topic")
        }
        return route.profile
    }

    /// A payload may end with the zeros of a program in C; a JSON text may not.
    @_lifetime(copy payload)
    private static func withoutZerosBehind(_ payload: Span<UInt8>) -> Span<UInt8> {
        let end = payload.indices.last { payload[$0] != 0 }.map { $0 + 1 } ?? 0
        return payload.extracting(0..<end)
    }

    private static func isAboutSyntax(_ reason: DecodingReason) -> Bool {
        [.notJSON, .invalidUTF8, .tooDeep, .tooLarge, .emptyPayload].contains(reason)
    }
}
