package import ColdChain
import JSONText
import System
import Wire

/// One value of a file of readings.
package struct FiledReading: Equatable, Sendable {
    /// The line it stands in, or which of the readings it is, from 1.
    package var place: Int
    package var measuredAt: Timestamp
    package var receivedAt: Timestamp?
    /// NaN where the file says that there is no value.
    package var celsius: Double

    package init(
        place: Int, measuredAt: Timestamp, receivedAt: Timestamp? = nil, celsius: Double
    ) {
        self.place = place
        self.measuredAt = measuredAt
        self.receivedAt = receivedAt
        self.celsius = celsius
    }
}

/// Why a file holds no readings that could be judged.
package struct ReadingsFileError: Error, Equatable, CustomStringConvertible, Sendable {
    package var description: String
    /// What one can do about it.
    package var hint: String?

    init(_ description: String, hint: String? = nil) {
        self.description = description
        self.hint = hint
    }
}

/// The readings of one bag or one trip, from CSV, JSON or lines of JSON.
package struct ReadingsFile: Equatable, Sendable {
    /// How long a file may be, in bytes: a year of readings, one a minute.
    package static let longest = 16 << 20

    /// What a reading's place is called: `line` or `reading`.
    package private(set) var placeName = "line"
    /// In the order of the file.
    package private(set) var readings: [FiledReading] = []
    /// What people have to know of how the file was read.
    package private(set) var remarks: [String] = []

    /// - Parameters:
    ///   - path: `-` is standard input.
    ///   - device: Whose readings are meant where the file holds several devices'.
    package init(path: String, device: String?) throws(ReadingsFileError) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes =
                path == "-"
                ? try File.readInput(limit: Self.longest)
                : try File.read(path, limit: Self.longest)
        } catch {
            throw ReadingsFileError(error.description)
        }
        do throws(ReadingsFileError) {
            try self.init(bytes, device: device)
        } catch {
            throw ReadingsFileError(
                "\(path == "-" ? "standard input" : path): \(error.description)", hint: error.hint)
        }
    }

    package init(_ bytes: [UInt8], device: String? = nil) throws(ReadingsFileError) {
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw ReadingsFileError("the text is UTF-16", hint: "save it as UTF-8")
        }
        let text = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes[3...] : bytes[...]
        let first = text.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        guard let first else { throw ReadingsFileError("the file is empty") }
        var collector = ReadingCollector(device: device)
        switch first {
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            placeName = try collector.takeJSON(Array(text)) ? "reading" : "line"
        default: try collector.takeCSV(text)
        }
        try collector.check(placeName)
        readings = collector.readings
        remarks = collector.remarks
    }
}

/// Makes readings of rows, whatever the notation they come in.
struct ReadingCollector {
    private let device: String?
    private(set) var readings: [FiledReading] = []
    /// The first unreadable rows, and how many there are.
    private var unreadable: [String] = []
    private var unreadableCount = 0
    private var devices: Set<String> = []
    private var withoutZone = 0
    private var inFahrenheit = 0
    private var ofOtherQuantities = 0
    private var ofOtherDevices = 0

    /// How many unreadable rows are told.
    private static let toldMaximum = 5

    init(device: String?) {
        self.device = device
    }

    /// Takes a row; one that cannot be read is kept for `check`.
    mutating func take(_ cells: [ReadingColumn: ReadingCell], place: Int) {
        do throws(ReadingsFileError) {
            try read(cells, place)
        } catch {
            unreadableCount += 1
            if unreadable.count < Self.toldMaximum {
                unreadable.append("\(place): \(error.description)")
            }
        }
    }

    private mutating func read(
        _ cells: [ReadingColumn: ReadingCell], _ place: Int
    ) throws(ReadingsFileError) {
        if let quantity = cells[.quantity]?.text, quantity != Quantity.temperature.name {
            ofOtherQuantities += 1
            return
        }
        if let name = cells[.device]?.text {
            if let device, device != name {
                ofOtherDevices += 1
                return
            }
            devices.insert(name)
        }
        let celsius = try celsius(cells)
        let measuredAt = try instant(cells[.time] ?? .nothing, date: cells[.date])
        let received = cells[.receivedAt] ?? .nothing
        let receivedAt = received == .nothing ? nil : try instant(received, date: nil)
        readings.append(
            FiledReading(
                place: place, measuredAt: measuredAt, receivedAt: receivedAt, celsius: celsius))
    }

    private mutating func celsius(
        _ cells: [ReadingColumn: ReadingCell]
    ) throws(ReadingsFileError) -> Double {
        guard let cell = cells[.celsius] ?? cells[.fahrenheit] else {
            throw ReadingsFileError("there is no temperature")
        }
        var isFahrenheit = cells[.celsius] == nil
        if let unit = cells[.unit]?.text {
            switch unit.lowercased().filter({ $0.isLetter }) {
            case "c", "cel", "celsius", "degc": isFahrenheit = false
            case "f", "fahrenheit", "degf": isFahrenheit = true
            default: throw ReadingsFileError("'\(unit.prefix(20))' is no unit of temperature")
            }
        }
        let number: Double?
        switch cell {
        case .nothing: number = .nan
        case .number(let value): number = value
        case .text(let text): number = LoggerText.number(text, unit: isFahrenheit ? "f" : "c")
        }
        guard let number else { throw ReadingsFileError("\(cell.shown) is no temperature") }
        guard isFahrenheit else { return number }
        inFahrenheit += 1
        return number.isFinite ? TemperatureUnit.fahrenheit.celsius(number) : number
    }

    private mutating func instant(
        _ cell: ReadingCell, date: ReadingCell?
    ) throws(ReadingsFileError) -> Timestamp {
        var cell = cell.text == nil ? .nothing : cell
        if let day = date?.text, let time = cell.text { cell = .text("\(day) \(time)") }
        switch cell {
        case .nothing: throw ReadingsFileError("there is no time")
        case .number(let number):
            if let instant = LoggerText.instant(number) { return instant }
        case .text(let text):
            if let (instant, hasZone) = LoggerText.instant(text) {
                if !hasZone { withoutZone += 1 }
                return instant
            }
        }
        throw ReadingsFileError("\(cell.shown) is no time")
    }

    /// - Parameter placeName: What the places of rows are called.
    func check(_ placeName: String) throws(ReadingsFileError) {
        if unreadableCount > 0 {
            let more = unreadableCount - unreadable.count
            throw ReadingsFileError(
                unreadable.map { "\(placeName) \($0)" }.joined(separator: "; ")
                    + (more > 0 ? "; and \(more) more" : ""),
                hint: "times are RFC 3339 such as 2026-11-20T12:00:00Z, or seconds or milliseconds "
                    + "since 1970; a value that is missing is empty or NaN")
        }
        if devices.count > 1 {
            let names = devices.sorted()
            throw ReadingsFileError(
                "the file holds readings of \(names.count) devices: "
                    + names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : ""),
                hint: "--device NAME picks one")
        }
        if readings.isEmpty {
            throw ReadingsFileError(
                ofOtherDevices > 0
                    ? "the file holds no readings of '\(device ?? "")'"
                    : "the file holds no readings of temperature")
        }
    }

    var remarks: [String] {
        var remarks: [String] = []
        if withoutZone > 0 {
            remarks.append("\(withoutZone) times name no zone, and are taken as UTC")
        }
        if inFahrenheit > 0 { remarks.append("\(inFahrenheit) values in °F were converted to °C") }
        if ofOtherQuantities > 0 {
            remarks.append("\(ofOtherQuantities) readings of other quantities were left out")
        }
        if ofOtherDevices > 0 {
            remarks.append("\(ofOtherDevices) readings of other devices were left out")
        }
        return remarks
    }
}
