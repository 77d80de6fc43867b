import Bridge
import Foundation
import InteropSupport
import TestSupport
import Testing

/// Exports, as the command and the API give them and as foreign parsers read them.
@Suite struct ExportTests {
    /// The export of a store as CSV, read by Python's `csv`.
    private func records(_ store: FilledStore, _ arguments: String...) throws -> [[String: String]]
    {
        let ran = try store.export(["--format", "csv"] + arguments)
        #expect(ran.end == .exit(0), "\(ran.errors)")
        let file = store.folder.write(ran.output, to: "export.csv")
        let rows: [[String]] = try JSONDecoder().decode(
            [[String]].self, from: Python.output(of: "exports.py", ["csv", file]))
        let header = try #require(rows.first)
        return rows.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    private func events(_ text: String, _ store: FilledStore) throws -> [ExportedEvent] {
        let file = store.folder.write(text, to: "events.json")
        return try JSONDecoder().decode(
            [ExportedEvent].self,
            from: Python.output(of: "exports.py", ["epcis", file, try store.epoch]))
    }

    @Test(
        "a text that a spreadsheet would take for a formula, or with the signs of CSV, stays a text",
        arguments: [
            ("plain", "plain"), ("=1+1", "'=1+1"), ("+49", "'+49"), ("-x", "'-x"),
            ("@SUM(A1)", "'@SUM(A1)"), ("\tTab", "'\tTab"), ("a,b", "a,b"),
            ("say \"hi\"", "say \"hi\""), ("two\nlines", "two\nlines"),
            ("two\r\nlines", "two\r\nlines"),
            ("=HYPERLINK(\"x\",\"y\")", "'=HYPERLINK(\"x\",\"y\")"), (" =1", " =1"),
            ("é, ü", "é, ü"),
            ("'", "'"), ("a=b", "a=b"),
        ])
    func quoting(name: String, cell: String) throws {
        let store = try FilledStore { batch, start in
            batch.sources = [FilledStore.source(1, device: name, bag: name)]
            batch.readings = [FilledStore.reading(1, at: start, -4.5)]
        }
        let record = try #require(try records(store).first)
        #expect(record["device"] == cell)
        #expect(record["carrier"] == cell)
        #expect(record["value"] == "-4.5", "a negative number is a number")
    }

    @Test("B-4: a record of CSV says what is known of a reading and leaves empty what is not")
    func columns() throws {
        let store = try FilledStore.delivery(rows: 1)
        let rows = try records(store)
        #expect(rows.map { $0["id"] } == ["1", "2", "3"])
        let time = rfc3339(Int(store.start))
        #expect(
            rows[0] == [
                "id": "1", "measured_at_utc": time, "time_source": "device",
                "received_at_utc": rfc3339(Int(store.start) + 1_500), "order": "ORD-1",
                "carrier_kind": "bag", "carrier": "bag-1", "device": "dev-1",
                "profile": "generic/bag@1", "quantity": "temperature", "medium": "bag_air",
                "probe": "0", "value": "58", "unit": "°C", "marker": "",
                "quality_scheme": "qartod-iode", "quality_flag": "1",
                "quality_tests": "gross_range=1 event_time=1", "notes": "", "sequence": "",
                "raw_value": "58", "calibration": "",
            ])
        #expect(rows[1]["quantity"] == "humidity")
        #expect(rows[2]["value"] == "")
        #expect(rows[2]["marker"] == "probe_absent")
        #expect(rows[2]["quality_flag"] == "9")
        #expect(rows[2]["notes"] == "clock_unset buffered")
    }

    @Test("the command and the API give the same bytes, for every format and selection")
    func sameBytes() throws {
        let store = try FilledStore.delivery()
        let daemon = try store.daemon()
        let token = try daemon.token()
        let middle = rfc3339(Int(store.start) + 1_000_000)
        let selections: [[(String, String)]] = [
            [], [("order", "ORD-1")], [("bag", "bag-3")], [("device", "dev 2")],
            [("from", middle)], [("until", middle)], [("order", "ORD-1"), ("bag", "bag-2")],
            [("order", "ORD-1"), ("from", middle)], [("bag", "none")],
        ]
        for format in ["csv", "json", "epcis"] {
            for selection in selections {
                let words = selection.flatMap { ["--\($0.0)", $0.1] }
                let command = try store.export(["--format", format] + words)
                #expect(command.end == .exit(0), "\(command.errors)")
                let query = selection.map { "&\($0.0)=\($0.1.replacing(" ", with: "%20"))" }
                let answer = try daemon.request(
                    "/v1/export/readings?format=\(format)\(query.joined())", token: token)
                #expect(answer.status == 200)
                #expect(
                    answer.body.withoutCreation == command.output.withoutCreation,
                    "\(format) \(selection)")
            }
        }
        let ofOrder = try daemon.request("/v1/export/orders/ORD-1?format=csv", token: token)
        let command = try store.export(["--format", "csv", "--order", "ORD-1"])
        #expect(ofOrder.body == command.output)
        #expect(command.output.count { $0 == "\r\n" } > 100)
    }

    @Test(
        "Q-3: each leg and each excursion is an event of EPCIS 2.0, with the numbers of its readings"
    )
    func epcis() throws {
        let store = try FilledStore.delivery()
        let text = try store.export(["--format", "epcis"]).output
        let events = try events(text, store)
        let again = try store.export(["--format", "epcis", "--order", "ORD-1"]).output
        #expect(events.prefix(4).map(\.eventID) == (try self.events(again, store)).map(\.eventID))
        #expect(
            events.map(\.bizStep) == [
                "sensor_reporting", "sensor_reporting", "inspecting", "inspecting",
                "sensor_reporting",
            ])
        #expect(events[0].epcList == ["urn:freshwire:bag:bag-1"])
        #expect(events[1].devices == ["urn:freshwire:device:dev%202"])
        #expect(
            events[4].sensorElementList == nil, "a bag that said nothing has a leg without numbers")
        try expectStatistics(of: events[0], store, bag: "bag-1")
        try expectStatistics(of: events[1], store, bag: "bag-2")
        let closed = try #require(events[2].sensorElementList?.first)
        #expect(closed.sensorReport.map(\.exception) == ["ALARM_CONDITION"])
        #expect(closed.sensorReport.map(\.minValue) == [51.5])
        #expect(closed.sensorMetadata.endTime == rfc3339(Int(store.start) + 900_000))
        #expect(events[3].sensorElementList?.first?.sensorMetadata.endTime == nil)
    }

    /// The numbers of a leg are those that its readings in the JSON export have.
    private func expectStatistics(
        of event: ExportedEvent, _ store: FilledStore, bag: String
    ) throws {
        let ran = try store.export(["--order", "ORD-1", "--bag", bag])
        let readings: [ExportedReading] = try decodeLines(ran.output)
        let values = readings.filter {
            $0.quantity == "temperature" && $0.quality.rollup != 4
        }.compactMap(\.value)
        let report = try #require(
            event.sensorElementList?.first?.sensorReport.first { $0.type == "Temperature" })
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +)
        #expect(report.minValue == values.min())
        #expect(report.maxValue == values.max())
        #expect(abs((report.meanValue ?? .nan) - mean) < 1e-9)
        let deviation = (squares / Double(values.count - 1)).squareRoot()
        #expect(abs((report.sDev ?? .nan) - deviation) < 1e-9)
        #expect(readings.contains { $0.quality.rollup == 4 })
    }

    @Test(
        "an export says what it is",
        arguments: [
            ("csv", "text/csv; charset=utf-8"), ("json", "application/x-ndjson"),
            ("epcis", "application/ld+json"),
        ])
    func contentTypes(format: String, type: String) throws {
        let store = try FilledStore.delivery(rows: 3)
        let daemon = try store.daemon()
        let ran = try Ran(
            "curl",
            [
                "--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{content_type}",
                "--header", "Authorization: Bearer \(try daemon.token())",
                "http://127.0.0.1:\(daemon.port)/v1/export/readings?format=\(format)",
            ])
        #expect(ran.output == "200 \(type)")
    }

    @Test("an empty selection is an empty export, not an error")
    func empty() throws {
        let store = try FilledStore.delivery()
        let none = ["--bag", "no such bag"]
        #expect(try store.export(["--format", "json"] + none).output.isEmpty)
        #expect(try records(store, "--bag", "no such bag").isEmpty)
        let text = try store.export(["--format", "epcis"] + none).output
        #expect(try events(text, store).isEmpty)
    }

    @Test("what cannot be exported is refused with a status, a code and the field")
    func refusals() throws {
        let store = try FilledStore.delivery()
        let daemon = try store.daemon()
        let staff = try daemon.token()
        let customer = try daemon.token(role: "customer", subject: "c-1")
        let cases: [(String, String?, Int, String)] = [
            ("/v1/export/readings?order=ORD-7", staff, 404, "unknown_order"),
            ("/v1/export/orders/ORD-7?format=epcis", staff, 404, "unknown_order"),
            ("/v1/export/orders/ORD-2", customer, 404, "unknown_order"),
            ("/v1/export/orders/ORD-1", customer, 200, ""),
            ("/v1/export/readings", customer, 403, "forbidden"),
            ("/v1/export/readings", nil, 401, "unauthorized"),
            ("/v1/export/readings?format=xml", staff, 400, "format"),
            ("/v1/export/readings?form=csv", staff, 400, "form"),
            ("/v1/export/orders/ORD-1?order=ORD-2", staff, 400, "order"),
            ("/v1/export/readings?from=noon", staff, 400, "from"),
            ("/v1/export/nothing", staff, 404, "not_found"),
        ]
        for (path, token, status, text) in cases {
            let answer = try daemon.request(path, token: token)
            #expect(answer.status == status, "\(path): \(answer.body.prefix(200))")
            #expect(text.isEmpty || answer.body.contains("\"\(text)\""), "\(path): \(answer.body)")
        }
        let posted = try daemon.request("/v1/export/readings", method: "POST", token: staff)
        #expect(posted.status == 405)
        let old = try Ran(
            "curl",
            [
                "--silent", "--http1.0", "--header", "Authorization: Bearer \(staff)",
                "http://127.0.0.1:\(daemon.port)/v1/export/readings",
            ])
        #expect(old.output.contains("http_version"))
        let unknown = try store.export(["--order", "ORD-7"])
        #expect(unknown.end == .exit(66))
        #expect(unknown.errors.contains("there is no order ORD-7"))
        #expect(unknown.output.isEmpty)
        #expect(try store.export(["--format", "xml"]).end == .exit(64))
    }

    @Test("times are UTC whatever zone the program is in, and may be asked for in any")
    func zones() throws {
        let store = try FilledStore.delivery()
        let seoul = try store.export(["--format", "csv"], environment: ["TZ=Asia/Seoul"])
        #expect(seoul.output == (try store.export(["--format", "csv"])).output)
        let utc = rfc3339(Int(store.start) + 1_000_000)
        let there = rfc3339(Int(store.start) + 1_000_000 + 9 * 3_600_000).dropLast() + "+09:00"
        let one = try store.export(["--from", utc])
        #expect(one.output == (try store.export(["--from", String(there)])).output)
        #expect(!one.output.isEmpty)
    }

    @Test("a file is replaced by a whole export, and by nothing less")
    func output() throws {
        let store = try FilledStore.delivery()
        let file = store.folder.write("old", to: "log.csv")
        let failed = try store.export(["--order", "ORD-7", "--output", file])
        #expect(failed.end == .exit(66))
        #expect(store.folder.read("log.csv") == "old")
        let ran = try store.export(["--format", "csv", "--output", file])
        #expect(ran.end == .exit(0))
        #expect(ran.output.isEmpty)
        #expect(store.folder.read("log.csv") == (try store.export(["--format", "csv"])).output)
        let names = try FileManager.default.contentsOfDirectory(atPath: store.folder.path)
        #expect(!names.contains { $0.hasSuffix(".partial") })
        let away = try store.export(["--output", store.folder.file("none/log.csv")])
        #expect(away.end == .exit(74))
        let program = "\(Freshwire.program) export --config \(store.configurationFile) >/dev/full"
        let full = try Ran("sh", ["-c", program])
        #expect(full.end == .exit(74))
        #expect(full.errors.contains("not whole"))
    }
}

/// An event as the foreign parser gives it.
struct ExportedEvent: Decodable {
    struct Element: Decodable {
        struct Metadata: Decodable {
            var deviceID: String
            var endTime: String?
        }
        struct Report: Decodable {
            var type: String
            var exception: String?
            var minValue: Double?
            var maxValue: Double?
            var meanValue: Double?
            var sDev: Double?
        }
        var sensorMetadata: Metadata
        var sensorReport: [Report]
    }

    var eventID: String
    var bizStep: String
    var epcList: [String]
    var sensorElementList: [Element]?

    var devices: [String]? { sensorElementList?.map(\.sensorMetadata.deviceID) }
}

struct ExportedReading: Decodable {
    struct Quality: Decodable {
        var rollup: Int
    }
    var quantity: String
    var value: Double?
    var quality: Quality
}

extension String {
    /// Without the instant at which a document was made.
    fileprivate var withoutCreation: String {
        replacing(#/"creationDate":"[^"]*"/#, with: "")
    }
}
