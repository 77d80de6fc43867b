import Foundation
import TestSupport
import Testing

/// The registry of devices, by REST and from the command line.
@Suite struct DeviceTests {
    struct Device: Decodable, Equatable {
        var id: String
        var profile: String?
        var kind: String
        var carrier: String
        var site: String?
        var installedAt: String?
        var expectedIntervalSeconds: Int?
        var isAutomatic: Bool
        var lastSeen: String?
        var deviceClass: String?
        var resolutions: [String: Double]?
    }

    struct Devices: Decodable {
        var devices: [Device]
        var next: String?
    }

    struct UnknownFrame: Decodable {
        var topic: String
        var count: Int
        var firstSeen: String
        var lastSeen: String
        var reason: String
        var guess: String?
        var device: String?
        var sample: String?
        var sampleHex: String?
        var sampleLength: Int
    }

    struct Unknown: Decodable {
        var unknown: [UnknownFrame]
    }

    /// A line of the export, with what is new beside markers.
    struct Exported: Decodable {
        var bagId: String
        var carrierKind: String
        var carrier: String
        var deviceId: String
        var profile: String
        var quantity: String
        var probe: Int
        var value: Double?
        var marker: String?
        var notes: [String]
        var timeSource: String
    }

    struct Page: Decodable {
        var readings: [Exported]
    }

    struct Refusal: Decodable {
        struct Details: Decodable {
            var code: String
            var field: String?
        }
        var error: Details
    }

    let broker: Mosquitto
    let daemon: Freshwire
    let token: String

    init() throws {
        (broker, daemon) = try Freshwire.ready()
        token = try daemon.token()
    }

    /// Dragino's own example: 28.29 °C and 88.6 %, by the external probe 27.81 °C.
    private static let measured = "cbf60b0d0376010add7fff"
    /// Dragino's own example without a probe.
    private static let withoutProbe = "cbc6008200f2017fff7fff"
    private static let sensor = "A840412B81874509"
    private static let topic = "v3/bags@ttn/devices/eui-a840412b81874509/up"

    /// Publishes an uplink as The Things Stack does.
    private func uplink(_ frame: String, count: Int) throws {
        let payload =
            #"{"end_device_ids":{"device_id":"eui-a840412b81874509","#
            + #""application_ids":{"application_id":"bags"},"dev_eui":"\#(Self.sensor)"},"#
            + #""received_at":"\#(rfc3339(now()))","uplink_message":{"f_port":2,"#
            + #""f_cnt":\#(count),"frm_payload":"\#(Data(hexadecimal: frame).base64EncodedString())","#
            + #""rx_metadata":[{"gateway_ids":{"gateway_id":"roof"}}]}}"#
        try broker.publish(payload, to: Self.topic)
    }

    /// A command that changes something, by the daemon's own address.
    private func devices(_ words: String...) throws -> Ran { try devices(words) }

    private func devices(_ words: [String]) throws -> Ran {
        try Ran(
            Freshwire.program,
            ["devices", "--config", daemon.configurationFile]
                + ["--url", "http://127.0.0.1:\(daemon.port)"] + words)
    }

    private func exported() throws -> [Exported] {
        let ran = try daemon.command("export")
        guard ran.end == .exit(0) else { throw Unexpected(description: ran.errors) }
        return try decodeLines(ran.output)
    }

    @Test(
        "B-3, B-8: an unknown LoRaWAN sensor is listed, adopted, and its next uplink is a reading")
    func adoption() throws {
        try uplink(Self.measured, count: 1)
        var listed = try devices("unknown", "--json")
        _ = try eventually {
            listed = try devices("unknown", "--json")
            return !listed.output.isEmpty
        }
        #expect(listed.end == .exit(0), "\(listed.errors)")
        let lines: [UnknownFrame] = try decodeLines(listed.output)
        let frame = try #require(lines.first)
        #expect(frame.topic == Self.topic)
        #expect(frame.device == Self.sensor)
        #expect(frame.reason == "unknown_model")
        #expect(frame.guess?.contains("LoRaWAN") == true)
        #expect(frame.count == 1)
        #expect(frame.sample?.hasPrefix(#"{"end_device_ids""#) == true)
        #expect(try devices("unknown").output.contains(Self.topic))
        #expect(try exported().isEmpty)

        let wrong = try devices("adopt", Self.sensor, "--profile", "dragino/lht66")
        #expect(wrong.end == .exit(1))
        #expect(wrong.errors.contains("did you mean 'dragino/lht65'?"), "\(wrong.errors)")
        let words = ["--profile", "dragino/lht65", "--bag", "bag-7"]
        // The second is as after a lost answer.
        for named in [[Self.sensor], [Self.topic, "--id", Self.sensor]] {
            let adopted = try devices(["adopt"] + named + words)
            #expect(adopted.end == .exit(0), "\(adopted.errors)")
            #expect(adopted.output == "adopted \(Self.sensor): dragino/lht65, bag bag-7\n")
        }
        #expect(try devices("unknown").output.isEmpty)

        try uplink(Self.measured, count: 2)
        try #require(try eventually { try !exported().isEmpty })
        let reading = try #require(
            try exported().first { $0.quantity == "temperature" && $0.probe == 0 })
        #expect(reading.value == 28.29)
        #expect(reading.carrierKind == "bag")
        #expect(reading.carrier == "bag-7")
        #expect(reading.bagId == "bag-7")
        #expect(reading.deviceId == Self.sensor)
        #expect(reading.profile == "dragino/lht65@1")
        let shown: Device = try decode(try devices("show", Self.sensor, "--json").output)
        #expect(shown.profile == "dragino/lht65")
        #expect(!shown.isAutomatic)
        #expect(shown.lastSeen != nil)
        #expect(shown.resolutions == ["temperature": 0.01, "humidity": 0.1])
        #expect(shown.deviceClass == nil)
    }

    @Test(
        "B-4: a device is shown with the class and the resolutions of the profile that decodes it")
    func profileInformation() throws {
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(try eventually { try !exported().isEmpty }, "\(daemon.log)")
        let byTopic: Device = try decode(try devices("show", "BAG-1", "--json").output)
        #expect(byTopic.profile == nil)
        #expect(byTopic.deviceClass == "bag_probe")
        #expect(byTopic.resolutions == nil)
        let registered = try devices("register", "tag", "--profile", "ruuvi/gateway")
        #expect(registered.end == .exit(0), "\(registered.errors)")
        let shown = try devices("show", "tag").output
        #expect(shown.contains("deviceClass"))
        #expect(shown.contains("bag_probe"))
        #expect(shown.contains(#""temperature":0.005"#), "\(shown)")
        let token = try daemon.token()
        let answer = try daemon.request("/v1/devices/tag", token: token)
        let told: Device = try answer.decoded()
        #expect(told.deviceClass == "bag_probe")
        #expect(
            told.resolutions == ["temperature": 0.005, "humidity": 0.0025, "pressure": 1])
    }

    @Test("B-4: a probe that is not there is told as a marker with no value, of a vehicle as well")
    func markers() throws {
        let registered = try devices(
            "register", Self.sensor, "--profile", "dragino/lht65", "--vehicle", "van-1")
        #expect(registered.end == .exit(0), "\(registered.errors)")
        try uplink(Self.withoutProbe, count: 1)
        try #require(try eventually { try exported().contains { $0.quantity == "temperature" } })
        let readings = try exported().filter { $0.quantity == "temperature" }
        #expect(readings.map(\.probe).sorted() == [0, 1])
        #expect(readings.allSatisfy { $0.carrierKind == "vehicle" && $0.carrier == "van-1" })
        let absent = try #require(readings.first { $0.probe == 1 })
        #expect(absent.marker == "probe_absent")
        #expect(absent.value == nil)
        let present = try #require(readings.first { $0.probe == 0 })
        #expect(present.marker == nil)
        #expect(present.value == 1.3)

        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["bag-8"], from: rfc3339(now() - 60_000))
        let moved = try devices("update", Self.sensor, "--bag", "bag-8")
        #expect(moved.end == .exit(0), "\(moved.errors)")
        try uplink(Self.withoutProbe, count: 2)
        var page = Page(readings: [])
        #expect(
            try eventually {
                page = try daemon.request("/v1/orders/ORD-1/temperature", token: token).decoded()
                return page.readings.count { $0.quantity == "temperature" } == 2
            })
        #expect(page.readings.contains { $0.marker == "probe_absent" && $0.value == nil })
    }

    @Test("a device is registered, read, changed and removed by REST; its name may hold a slash")
    func byREST() throws {
        let names = ["a/b c", "plain", "Ü-1"]
        for name in names {
            let body = #"{"id":"\#(name)","kind":"bag","carrier":"bag-1","site":"s-1"}"#
            for _ in 1...2 {
                let answer = try daemon.request(
                    "/v1/devices", method: "POST", token: token, body: body)
                #expect(answer.status == 201, "\(answer.body)")
            }
        }
        var found: [String] = []
        var next: String?
        repeat {
            let after =
                next?.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
                .map { "&after=\($0)" } ?? ""
            let page: Devices = try daemon.request("/v1/devices?limit=1\(after)", token: token)
                .decoded()
            found += page.devices.map(\.id)
            next = page.next
        } while next != nil && found.count <= names.count
        #expect(found == names)

        let path = "/v1/devices/a%2Fb%20c"
        let changed = try daemon.request(
            path, method: "PATCH", token: token,
            body: #"{"carrier":null,"expectedIntervalSeconds":60,"site":"s-2"}"#)
        #expect(changed.status == 200, "\(changed.body)")
        let device: Device = try daemon.request(path, token: token).decoded()
        #expect(device.carrier == "a/b c")
        #expect(device.expectedIntervalSeconds == 60)
        #expect(device.site == "s-2")
        #expect(try devices("show", "a/b c").output.contains("a/b c"))
        #expect(try devices("remove", "a/b c").end == .exit(0))
        #expect(try daemon.request(path, token: token).status == 404)
        for _ in 1...2 {
            let removed = try daemon.request(
                "/v1/devices/plain", method: "DELETE", token: token)
            #expect(removed.status == 204)
        }
        #expect(
            try daemon.request("/v1/devices", token: token).decoded(Devices.self)
                .devices.map(\.id) == ["Ü-1"])
    }

    @Test("Q-9: what is wrong with a request on devices is answered with a status and a code")
    func refusals() throws {
        let known = try daemon.request(
            "/v1/devices", method: "POST", token: token, body: #"{"id":"d-1","kind":"bag"}"#)
        #expect(known.status == 201)
        let cases: [(String, String, String?, Int, String, String?)] = [
            ("GET", "/v1/devices/d-2", nil, 404, "unknown_device", nil),
            ("PATCH", "/v1/devices/d-2", "{}", 404, "unknown_device", nil),
            ("POST", "/v1/devices", "{", 400, "not_json", nil),
            ("POST", "/v1/devices", "{}", 400, "invalid", "id"),
            ("POST", "/v1/devices", #"{"id":"d-2"}"#, 400, "invalid", "kind"),
            (
                "POST", "/v1/devices", #"{"id":"d-2","kind":"bag","profile":"x/y"}"#, 400,
                "invalid", "profile"
            ),
            (
                "POST", "/v1/devices", #"{"id":"d-1","kind":"vehicle"}"#, 409, "device_exists", nil
            ),
            ("POST", "/v1/devices/adopt", #"{"topic":"t"}"#, 404, "unknown_frame", nil),
            ("POST", "/v1/devices/adopt", #"{"id":"d-2"}"#, 400, "invalid", "topic"),
            ("POST", "/v1/devices/d-1", "{}", 405, "method_not_allowed", nil),
            ("DELETE", "/v1/devices", nil, 405, "method_not_allowed", nil),
            ("GET", "/v1/devices/d-1/readings", nil, 404, "not_found", nil),
            ("GET", "/v1/devices?limit=0", nil, 400, "invalid", "limit"),
            ("GET", "/v1/devices/unknown?limit=x", nil, 400, "invalid", "limit"),
        ]
        for (method, path, body, status, code, field) in cases {
            let answer = try daemon.request(path, method: method, token: token, body: body)
            #expect(answer.status == status, "\(method) \(path) \(body ?? ""): \(answer.body)")
            let refusal = try? answer.decoded(Refusal.self)
            #expect(refusal?.error.code == code, "\(method) \(path) \(body ?? "")")
            #expect(refusal?.error.field == field, "\(method) \(path) \(body ?? "")")
        }
        let driver = try daemon.token(role: "driver", subject: "d-7")
        for (method, path) in [
            ("GET", "/v1/devices"), ("GET", "/v1/devices/d-1"), ("GET", "/v1/devices/unknown"),
            ("DELETE", "/v1/devices/d-1"),
        ] {
            #expect(try daemon.request(path, method: method, token: driver).status == 403)
            #expect(try daemon.request(path, method: method).status == 401)
        }
        #expect(try daemon.request("/v1/devices/d-1", token: token).status == 200)
    }

    @Test("a payload that is no text is listed in hexadecimal")
    func binarySample() throws {
        let folder = TemporaryDirectory()
        let file = folder.file("frame")
        // Teltonika's frame, but of a codec that there is not.
        try Data([0x99, 0x01, 0xFF, 0x01]).write(to: URL(filePath: file))
        let published = try Ran(
            "mosquitto_pub",
            [
                "-h", "127.0.0.1", "-p", "\(broker.port)", "-q", "1", "-t", "teltonika/van-1/codec",
                "-f", file,
            ])
        #expect(published.end == .exit(0), "\(published.errors)")
        var frames: [UnknownFrame] = []
        #expect(
            try eventually {
                frames = try daemon.request("/v1/devices/unknown", token: token)
                    .decoded(Unknown.self).unknown
                return !frames.isEmpty
            })
        #expect(frames.first?.sampleHex == "9901ff01")
        #expect(frames.first?.sample == nil)
        #expect(frames.first?.sampleLength == 4)
    }

    @Test("devices says on standard error what is wrong, with a hint")
    func misuse() throws {
        #expect(try devices().end == .exit(64))
        let verb = try devices("lst")
        #expect(verb.end == .exit(64))
        #expect(verb.errors.contains("did you mean 'list'?"))
        #expect(try devices("show").end == .exit(64))
        #expect(try devices("list", "d-1").end == .exit(64))
        let both = try devices("register", "d-1", "--bag", "b", "--vehicle", "v")
        #expect(both.end == .exit(64))
        #expect(try devices("register", "d-1", "--interval", "soon").end == .exit(64))
        let absent = try devices("show", "d-1")
        #expect(absent.end == .exit(1))
        #expect(absent.output.isEmpty)
        #expect(absent.errors.contains("there is no device d-1"))
        let refused = try devices("register", "d-1", "--bag", "b", "--token", "no token")
        #expect(refused.end == .exit(1))
        #expect(refused.errors.contains("hint: --token"))
        let unnamed = try daemon.command("devices", "remove", "d-1")
        #expect(unnamed.end == .exit(64))
        #expect(unnamed.errors.contains("--url"))
        let port = LoopbackPort.free()
        let away = try daemon.command(
            "devices", "remove", "d-1", "--url", "http://127.0.0.1:\(port)")
        #expect(away.end == .exit(69))
        #expect(away.errors.contains("is the daemon running?"))
    }
}
