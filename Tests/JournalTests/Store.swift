import Bridge
import ColdChain
import Foundation
import Journal
import Testing

/// A directory of its own for one test, gone with it.
final class Scratch {
    let directory: String

    init() throws {
        directory = NSTemporaryDirectory() + "journal-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: directory)
    }

    var path: String { directory + "/log.db" }

    var settings: JournalSettings { JournalSettings(path: path) }

    func size(of suffix: String = "") -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path + suffix)
        return attributes?[.size] as? Int ?? 0
    }
}

/// The output and the status of a program that ran to its end.
struct Finished {
    var output: String
    var status: Int32

    var lines: [String] { output.split(separator: "\n").map(String.init) }
}

func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:]
) throws -> Finished {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Finished(
        output: String(decoding: output, as: UTF8.self), status: process.terminationStatus)
}

/// Runs SQL with the command-line shell an auditor would use.
func sqlite3(_ path: String, _ sql: String) throws -> [String] {
    try run("/usr/bin/env", ["sqlite3", path, sql]).lines
}

/// The program that is built beside the tests.
var journalProbe: String {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appendingPathComponent("JournalProbe").path
}

func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds) }

let day: Int64 = 86_400_000

/// Sources 1...`bags` on bags, and 101...100+`vehicles` on vehicles.
func sources(bags: Int = 2, vehicles: Int = 1) -> [Source] {
    (1...max(bags, 1)).map {
        Source(
            number: SourceNumber(UInt32($0)), device: "device-\($0)", carrier: .bag("bag-\($0)"),
            profile: "generic/bag@1")
    }
        + (1...max(vehicles, 1)).map {
            Source(
                number: SourceNumber(UInt32(100 + $0)), device: "tracker-\($0)",
                carrier: .vehicle("van-\($0)"), profile: "generic/tracker@1")
        }
}

func reading(
    _ source: UInt32 = 1, at instant: Int64, _ value: Double = 4, quantity: Quantity = .temperature,
    receivedAt: Int64? = nil, order: UInt32? = nil
) -> Reading {
    var quality = QualityFlags()
    quality[.grossRange] = .good
    quality[.eventTime] = .suspect
    return Reading(
        source: SourceNumber(source), measurement: Measurement(quantity: quantity, value: value),
        measuredAt: at(instant), timeSource: .device, receivedAt: at(receivedAt ?? instant),
        sequence: instant, quality: quality, order: order.map { OrderNumber($0) })
}

/// What a later reading made of the flags of one that `reading(_:at:)` gives.
func revision(_ source: UInt32 = 1, of instant: Int64, at revised: Int64) -> RevisedQuality {
    let revisedReading = reading(source, at: instant)
    var flags = revisedReading.quality
    flags[.spike] = .suspect
    return RevisedQuality(
        source: revisedReading.source, quantity: .temperature, probe: 0,
        measuredAt: at(instant), receivedAt: at(instant), value: 4,
        quality: ReadingQuality(flags: flags, packedReasons: 0, parametersVersion: 1),
        revisedAt: at(revised))
}

/// A temperature of which the next one will show whether it was a spike.
func waiting(_ source: UInt32 = 1, at instant: Int64, _ value: Double = 4) -> Reading {
    var quality = ReadingQuality(parametersVersion: 1)
    quality[.grossRange] = .good
    quality[.eventTime] = .good
    quality[.spike] = QualityFinding(.notEvaluated, .lacksNeighbour)
    var reading = reading(source, at: instant, value)
    reading.quality = quality.flags
    reading.reasons = quality.packedReasons
    reading.qualityVersion = 1
    return reading
}

/// What the reading at a place of the batch makes of one that `waiting` gives.
func settlement(
    _ source: UInt32 = 1, of instant: Int64, _ value: Double = 4, by settler: Int, at revised: Int64
) -> RevisedQuality {
    let waiting = waiting(source, at: instant, value)
    var quality = ReadingQuality(
        flags: waiting.quality, packedReasons: waiting.reasons, parametersVersion: 1)
    quality[.spike] = .good
    return RevisedQuality(
        source: waiting.source, quantity: .temperature, probe: 0, measuredAt: at(instant),
        receivedAt: at(instant), value: value, quality: quality, revisedAt: at(revised),
        settler: settler)
}

/// A reading of a probe that is not there.
func silent(
    _ source: UInt32 = 1, at instant: Int64, _ marker: Marker = .probeAbsent,
    message: MessageNumber? = nil
) -> Reading {
    var quality = QualityFlags()
    quality[.sentinel] = .missing
    quality[.eventTime] = .good
    return Reading(
        source: SourceNumber(source),
        measurement: Measurement(quantity: .temperature, marker: marker), measuredAt: at(instant),
        timeSource: .gateway, receivedAt: at(instant), sequence: instant, quality: quality,
        notes: [.clockUnset, .buffered], message: message, order: nil)
}

func fix(
    _ source: UInt32 = 101, at instant: Int64, latitude: Double = 52.5, receivedAt: Int64? = nil
) -> Fix {
    Fix(
        source: SourceNumber(source),
        position: Position(latitude: latitude, longitude: 13.4, speed: 5),
        measuredAt: at(instant), timeSource: .device, receivedAt: at(receivedAt ?? instant),
        sequence: nil, quality: QualityFlags())
}

func order(
    _ number: UInt32 = 1, status: OrderStatus = .created, updatedAt: Int64 = 0
) -> Order {
    Order(
        number: OrderNumber(number), id: "order-\(number)", foodClass: .cold, status: status,
        customer: "c-1", driver: "d-1", vehicle: "van-1", pickup: Place(latitude: 1, longitude: 2),
        createdAt: at(0), updatedAt: at(updatedAt))
}

func deadLetter(_ number: Int, bytes: Int = 10) -> DeadLetter {
    DeadLetter(
        receivedAt: at(Int64(number)), broker: "local", topic: [0x62, 0xFF, 0x00],
        payload: [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes),
        payloadLength: bytes * 2, reason: "not_json", detail: "row \(number)")
}

func delivery(_ number: UInt64, endpoint: String = "kitchen", createdAt: Int64 = 0)
    -> DeliveryRecord
{
    DeliveryRecord(
        number: number, endpoint: endpoint, event: 1, body: Array("{\"n\":\(number)}".utf8),
        createdAt: at(createdAt), nextAttemptAt: at(createdAt))
}

func event(_ number: UInt64, at instant: Int64 = 0) -> EventRecord {
    EventRecord(
        number: number, name: "order.delivered", order: OrderNumber(1), occurredAt: at(instant),
        data: Array("{\"n\":\(number)}".utf8))
}

/// A core temperature of 4.5 °C; every other field is there, or none.
func checkpoint(_ number: UInt64, at instant: Int64 = 0, order: UInt32 = 1) -> Checkpoint {
    var finding = Checkpoint.Finding(kind: number % 2 == 0 ? .handOver : .delivery)
    if number % 2 == 0 {
        finding.person = "Åsa"
        finding.temperature = Checkpoint.Temperature(site: .core, celsius: 4.5)
        finding.bag = "bag-1"
        finding.seal = .broken
        finding.photo = "https://photos.example/1"
        finding.priorDangerMinutes = 12.5
    }
    return Checkpoint(
        number: number, order: OrderNumber(order), at: at(instant), recordedAt: at(instant),
        recordedBy: "staff-1", finding: finding)
}

/// A reading that a calibration was applied to.
func corrected(
    _ source: UInt32 = 1, at instant: Int64, _ value: Double, by calibration: UInt32, to: Double,
    order: UInt32? = nil
) -> Reading {
    var reading = reading(source, at: instant, value, order: order)
    reading.correction = Correction(calibration: CalibrationNumber(calibration), value: to)
    return reading
}

/// Odd ones are calibrations, even ones take the one before back.
func calibrationEntry(_ number: UInt32, enteredAt: Int64 = 0) -> CalibrationEntry {
    var entry = CalibrationEntry(
        number: CalibrationNumber(number), device: "device-1", probe: 1,
        enteredAt: at(enteredAt), enteredBy: "staff-1", calibration: nil)
    let points = [(0.0, 0.4), (20.1, 20.3), (60, 61.1)].map {
        ErrorTable.Point(reference: $0.0, indicated: $0.1)
    }
    guard number % 2 == 1, let table = try? ErrorTable(points),
        let uncertainty = CalibrationUncertainty(expanded: 0.1, coverageFactor: 2)
    else {
        entry.supersedes = CalibrationNumber(number - 1)
        entry.reason = "Ångström"
        return entry
    }
    entry.calibration = Calibration(
        madeAt: at(enteredAt - 5), dueAt: at(enteredAt + 7), method: "stirred bath",
        reference: "no. 7", laboratory: number % 4 == 1 ? "Lab" : nil,
        certificate: number % 4 == 1 ? "K-1" : nil, table: table, uncertainty: uncertainty)
    return entry
}

extension Journal {
    /// Commits the batch that `fill` makes.
    @discardableResult
    func commit(_ fill: (inout RecordBatch) -> Void) throws(StoreError) -> CommitReceipt {
        var batch = RecordBatch()
        fill(&batch)
        return try commit(batch)
    }

    /// Tidies until nothing is due, and says what was done in all.
    func tidyUp(now: Timestamp) throws(StoreError) -> TidyReport {
        var total = TidyReport()
        while true {
            let report = try tidy(now: now, milliseconds: 0)
            total.readingsErased += report.readingsErased
            total.fixesErased += report.fixesErased
            total.deadLettersErased += report.deadLettersErased
            total.eventsErased += report.eventsErased
            total.checkpointsErased += report.checkpointsErased
            total.alertsErased += report.alertsErased
            total.accessesErased += report.accessesErased
            total.deliveriesErased += report.deliveriesErased
            total.rawMessagesErased += report.rawMessagesErased
            if !report.isMoreDue { return total }
        }
    }
}

/// Expects `body` to throw a `StoreError` of this kind.
func expect<Result>(
    _ kind: StoreError.Kind, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () throws -> Result
) {
    do {
        _ = try body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch {
        #expect(
            (error as? StoreError)?.kind == kind, "\(error)", sourceLocation: sourceLocation)
    }
}

/// Whether a file holds these bytes anywhere.
func contains(_ pattern: [UInt8], _ path: String) throws -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    return bytes.range(of: Data(pattern)) != nil
}

/// Someone who opened the store with the command-line shell and holds one state of it.
final class Auditor {
    private let process = Process()
    private let input = Pipe()

    init(_ path: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["sqlite3", path]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(Data("BEGIN; SELECT count(*) FROM sources;\n".utf8))
        _ = output.fileHandleForReading.availableData
    }

    deinit { leave() }

    func leave() {
        guard process.isRunning else { return }
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }
}
