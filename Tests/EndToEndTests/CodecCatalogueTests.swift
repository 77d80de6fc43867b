import TestSupport
import Testing

/// The vector runner with a folder of vendors' codecs, here of made-up ones.
@Suite struct CodecCatalogueTests {
    private let folder = TemporaryDirectory()

    /// A vector of the frame 5A 12 C4, which the codec makes 48.04 °C of.
    private func vector(
        _ id: String, codec: String, device: String = "acme probe", hex: String = "5a12c4",
        expected: String = #"{"temperature_c":48.04}"#
    ) -> String {
        """
        {"id":"\(id)","format":"lorawan","device":"\(device)","codec":"\(codec)",\
        "input":{"kind":"lorawan-uplink","hex":"\(hex)","fPort":2},"expected":\(expected)}
        """
    }

    private func run(_ vectors: [String], catalogue: String?) throws -> Ran {
        let file = folder.write("[\(vectors.joined(separator: ","))]", to: "vectors.json")
        let variable = "FRESHWIRE_CODEC_CATALOGUE"
        let environment = catalogue.map { ["\(variable)=\($0)"] } ?? ["-u", variable]
        return try Ran("env", environment + [BuiltProgram.path("VectorRun"), file])
    }

    private func placeCodecs() {
        // The Things Network: the description of a device names the codec.
        folder.place(ProbeCodec.source, at: "catalogue/vendor/acme/probe.js")
        folder.place(
            """
            uplinkDecoder:
              fileName: probe.js
              examples:
                - description: warm
                  input: {fPort: 2, bytes: [0x5A, 18, 196]}
                  output:
                    data: {TempC: 48.04, battery: 90, inner: {hum: 0.3}}
                - description: wrong
                  input: {fPort: 2, bytes: [0x5A, 18, 196]}
                  output:
                    data: {TempC: 5, battery: 90, inner: {hum: 0.3}}

            """, at: "catalogue/vendor/acme/probe-codec.yaml")
        folder.place(
            """
            uplinkDecoder:
              fileName: probe.js
              examples:
                - description: short
                  input: {fPort: 2, bytes: [1]}
                  output:
                    errors: [too short]

            """, at: "catalogue/vendor/acme/other-codec.yaml")
        folder.place("uplinkDecoder: [", at: "catalogue/vendor/acme/broken.yaml")
        // ChirpStack: tests beside the codec; this one throws.
        folder.place(
            "function decodeUplink(input) { throw new Error('no such day'); }",
            at: "catalogue/vendors/acme/codecs/thrower.js")
        folder.place(
            """
            [{"name":"any","input":{"fPort":2,"bytes":[1]},"expected":{"data":{"TempC":1}}}]
            """, at: "catalogue/vendors/acme/codecs/test_decode_thrower.json")
        // Actility, with a name that nobody knows.
        folder.place(
            "function decodeUplink(input) { return { data: { flux: 1 } }; }",
            at: "catalogue/vendors/acme/drivers/flux/index.js")
        folder.place(
            """
            [{"type":"uplink","description":"flux","input":{"bytes":"00","fPort":1},
              "output":{"data":{"flux":1}}}]
            """, at: "catalogue/vendors/acme/drivers/flux/examples.json")
        // What lies beside the folder is a sound codec as well.
        folder.place(ProbeCodec.source, at: "outside/probe.js")
    }

    @Test("B-3: vectors that need a codec go through it where a catalogue has it")
    func vectors() throws {
        placeCodecs()
        let probe = "vendor/acme/probe.js"
        let ran = try run(
            [
                vector("good", codec: probe),
                vector("bad", codec: probe, expected: #"{"temperature_c":48.5}"#),
                vector("short", codec: probe, hex: "5a"),
                vector("thrown", codec: "vendors/acme/codecs/thrower.js"),
                vector("unknown", codec: "vendors/acme/drivers/flux/index.js"),
                vector("absent", codec: "vendor/acme/absent.js"),
                vector("up", codec: "../outside/probe.js"),
                vector("deep", codec: "vendor/acme/../../../outside/probe.js"),
                vector("rooted", codec: folder.file("outside/probe.js")),
                vector("native", codec: probe, device: "elsys", hex: "0100b4"),
            ], catalogue: folder.file("catalogue"))
        #expect(ran.end == .exit(1), "\(ran.output)\(ran.errors)")
        let lines = Set(ran.output.split(separator: "\n").map(String.init))
        for line in [
            "pass good lorawan by codec acme probe",
            "FAIL bad lorawan by codec acme probe: temperature_c is 48.04",
            "FAIL short lorawan by codec acme probe: codec_reported_errors, too short",
            "FAIL unknown lorawan by codec acme probe: none of the fields that the codec answers is "
                + "known by its name",
            "skip absent lorawan by codec acme probe: vendor/acme/absent.js is not in "
                + folder.file("catalogue"),
        ] {
            #expect(lines.contains(line), "\(line)\n\(ran.output)")
        }
        for id in ["up", "deep", "rooted"] {
            #expect(
                lines.contains {
                    $0.hasPrefix("FAIL \(id) ")
                        && $0.hasSuffix("leaves the folder, and is not read")
                }, "\(ran.output)")
        }
        #expect(
            lines.contains {
                $0.hasPrefix("FAIL thrown ") && $0.contains("codec_threw")
                    && $0.contains("no such day")
            }, "\(ran.output)")
        // What the program decodes itself it still does, beside the codec.
        #expect(ran.output.contains("FAIL native lorawan elsys: temperature_c is 18.0"))
        #expect(ran.output.contains(" native/codec lorawan by codec elsys"), "\(ran.output)")
        #expect(!ran.output.contains("wait for"), "\(ran.output)")
    }

    @Test("B-3: a codec's own examples are run once, and told by its path and their number")
    func examples() throws {
        placeCodecs()
        let probe = "vendor/acme/probe.js"
        let ran = try run(
            [
                vector("one", codec: probe), vector("two", codec: probe),
                vector("thrown", codec: "vendors/acme/codecs/thrower.js"),
                vector("unknown", codec: "vendors/acme/drivers/flux/index.js"),
            ], catalogue: folder.file("catalogue"))
        #expect(ran.end == .exit(1))
        let lines = ran.output.split(separator: "\n").filter { $0.contains("#") }.map(String.init)
        #expect(
            lines == [
                "pass \(probe)#1 codecs' examples short",
                "pass \(probe)#2 codecs' examples warm",
                "FAIL \(probe)#3 codecs' examples wrong: data.TempC is 48.04 instead of 5",
                lines.first { $0.contains("thrower") } ?? "",
                "pass vendors/acme/drivers/flux/index.js#1 codecs' examples flux",
            ], "\(ran.output)")
        #expect(
            lines.contains {
                $0.hasPrefix("FAIL vendors/acme/codecs/thrower.js#1 codecs' examples any: ")
                    && $0.contains("no such day")
            }, "\(ran.output)")
    }

    @Test("B-3: without a catalogue the run says how many vectors wait; a wrong folder is an error")
    func waiting() throws {
        let vectors = [
            vector("one", codec: "vendor/acme/probe.js"),
            vector("two", codec: "vendor/acme/probe.js"),
            vector(
                "native", codec: "vendor/acme/probe.js", device: "elsys", hex: "0100b4",
                expected: #"{"temperature_c":18}"#),
        ]
        let ran = try run(vectors, catalogue: nil)
        #expect(ran.end == .exit(0), "\(ran.output)\(ran.errors)")
        #expect(ran.output.contains("pass native lorawan elsys"), "\(ran.output)")
        #expect(ran.output.contains("2 vectors wait for their vendors' codecs"), "\(ran.output)")
        #expect(ran.output.contains("FRESHWIRE_CODEC_CATALOGUE"))
        let wrong = try run(vectors, catalogue: folder.file("nowhere"))
        #expect(wrong.end == .exit(2))
        #expect(wrong.errors.contains("no folder"), "\(wrong.errors)")
    }
}
