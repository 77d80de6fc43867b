import TestSupport
import Testing

/// What `freshwire decode` and `POST /v1/decode` show of a message.
@Suite struct DryRunTests {
    struct Shown: Decodable {
        struct Measurement: Decodable, Equatable {
            var quantity: String
            var probe: Int
            var value: Double?
            var marker: String?
            var unit: String
            var resolution: Double?
        }
        struct Position: Decodable {
            var latitude: Double
        }
        struct Sample: Decodable {
            var device: String?
            var profile: String?
            var measuredAt: String?
            var timeSource: String
            var notes: [String]
            var sequence: Int?
            var measurements: [Measurement]
            var position: Position?
        }
        struct Refusal: Decodable {
            var reason: String
            var detail: String
        }
        struct Rejection: Decodable {
            var row: Int
            var reason: String
        }
        var profile: String?
        var bag: String?
        var receivedAt: String?
        var samples: [Sample]?
        var rejections: [Rejection]?
        var refused: Refusal?
    }

    private let folder = TemporaryDirectory()

    private func shown(_ words: String...) throws -> Shown {
        let ran = try Ran(Freshwire.program, ["decode"] + words)
        guard !ran.output.isEmpty else { throw Unexpected(description: ran.errors) }
        return try decode(ran.output)
    }

    @Test("B-9: a frame by itself is decoded by a profile, without a topic, on its port")
    func frame() throws {
        let file = folder.write("CBF60B0D0376010ADD7FFF\n", to: "frame")
        let shown = try shown(
            "--profile", "dragino/lht65", "--port", "2", "--hex", "--received",
            "2026-11-20T12:00:00Z", file)
        #expect(shown.profile == "dragino/lht65@1")
        #expect(shown.receivedAt == "2026-11-20T12:00:00.000Z")
        let sample = try #require(shown.samples?.first)
        #expect(sample.timeSource == "receipt")
        #expect(sample.measuredAt == nil)
        #expect(
            sample.measurements.contains(
                Shown.Measurement(
                    quantity: "temperature", probe: 1, value: 27.81, unit: "°C", resolution: 0.01)))
    }

    @Test("B-9: the frame in a network's envelope is decoded by the model that is named")
    func envelope() throws {
        let file = folder.write(
            ProbeCodec.uplink.replacing("WhLE", with: "y/YLDQN2AQrdf/8="), to: "uplink")
        let unknown = try shown("--topic", ProbeCodec.topic, file)
        #expect(unknown.refused?.reason == "unknown_model")
        let shown = try shown("--topic", ProbeCodec.topic, "--model", "dragino/lht65", file)
        let sample = try #require(shown.samples?.first)
        #expect(sample.device == "A840412B81874509")
        #expect(sample.profile == "dragino/lht65@1")
        #expect(sample.timeSource == "network_server")
        #expect(sample.measuredAt == "2026-11-20T12:00:00.000Z")
        #expect(sample.sequence == 7)
    }

    @Test("B-9: markers stand in the place of numbers, and rejected rows say why")
    func markers() throws {
        // Its outer probe is not connected.
        let file = folder.write("CBF60B0D0376017FFF7FFF", to: "frame")
        let frame = try shown("--profile", "dragino/lht65", "--port", "2", "--hex", file)
        let outer = frame.samples?.first?.measurements.filter { $0.probe == 1 } ?? []
        #expect(outer.map(\.marker) == ["probe_absent"])
        #expect(outer.allSatisfy { $0.value == nil })
        let rows = folder.write(#"[{"temperature":4.2},{"temperature":"warm"}]"#, to: "rows")
        let shown = try shown("--topic", "bags/BAG-1/readings", rows)
        #expect(shown.bag == "BAG-1")
        #expect(shown.samples?.count == 1)
        #expect(shown.rejections?.map(\.row) == [1])
    }

    @Test("B-9: a name that no profile has is answered with the nearest")
    func slip() throws {
        let file = folder.write("00", to: "frame")
        let shown = try shown("--profile", "dragino/lht56", "--hex", file)
        #expect(shown.refused?.detail.contains("dragino/lht65") == true)
        let noHex = try Ran(
            Freshwire.program, ["decode", "--profile", "dragino/lht65", "--hex", folder.file("x")])
        #expect(noHex.end == .exit(66))
    }

    @Test("B-9: a vendor's codec runs in its sandbox, alone and behind an envelope")
    func vendorCodec() throws {
        ProbeCodec.write(to: folder)
        let configuration = ProbeCodec.configuration(in: folder)
        let frame = folder.write("5A12C4", to: "frame")
        let alone = try shown(
            "--config", configuration, "--profile", "acme/probe", "--port", "2", "--hex", frame)
        #expect(alone.profile == "acme/probe@3")
        #expect(alone.samples?.first?.measurements.first?.value == 48.04)
        let uplink = folder.write(ProbeCodec.uplink, to: "uplink")
        let relayed = try shown(
            "--config", configuration, "--topic", ProbeCodec.topic, "--model", "acme/probe", uplink)
        #expect(relayed.samples?.first?.profile == "acme/probe@3")
        #expect(relayed.samples?.first?.measurements.first?.value == 48.04)
        let hanging = folder.write("FF", to: "hanging")
        let cut = try shown("--config", configuration, "--profile", "acme/probe", "--hex", hanging)
        #expect(cut.refused?.reason == "codec_timed_out")
    }

    @Test("B-9: POST /v1/decode answers the same, to those who may see everything")
    func request() throws {
        ProbeCodec.write(to: folder)
        let broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.sections = ["devices:", "  directory: \(folder.file("devices"))"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        let token = try daemon.token()
        func post(_ body: String, token: String) throws -> Answer {
            try daemon.request("/v1/decode", method: "POST", token: token, body: body)
        }
        let text = try post(
            #"{"topic":"bags/BAG-1/readings","payload":"{\"temperature\":4.2}"}"#, token: token)
        #expect(text.status == 200)
        #expect(try text.decoded(Shown.self).samples?.first?.measurements.first?.value == 4.2)
        let frame = try post(
            #"{"profile":"dragino/lht65","hex":"CBF60B0D0376010ADD7FFF","port":2}"#, token: token)
        #expect(try frame.decoded(Shown.self).samples?.first?.measurements.count == 4)
        let refused = try post(#"{"topic":"bags/B/readings","payload":"garbage"}"#, token: token)
        #expect(refused.status == 200)
        #expect(try refused.decoded(Shown.self).refused?.reason == "not_json")

        let codec = try post(#"{"profile":"acme/probe","hex":"5A12C4","port":2}"#, token: token)
        #expect(codec.status == 409)
        #expect(try codec.decoded(Shown.self).refused?.reason == "codec_unavailable")
        #expect(try post(#"{"profile":"a/b","payload":""}"#, token: token).status == 404)
        for body in [
            "{", "[]", "{}", #"{"topic":"a"}"#, #"{"topic":"a","payload":"","hex":""}"#,
            #"{"topic":"a","hex":"0"}"#, #"{"topic":"a","payload":"","port":256}"#,
            #"{"topic":"a","payload":"","colour":1}"#, #"{"topic":1,"payload":""}"#,
        ] {
            #expect(try post(body, token: token).status == 400, "\(body)")
        }
        let customer = try daemon.token(role: "customer", subject: "c-1")
        #expect(try post(#"{"topic":"a","payload":""}"#, token: customer).status == 403)
        #expect(try daemon.request("/v1/decode", token: token).status == 405)
        #expect(try daemon.exported().isEmpty)
    }
}
