import ColdChain
import Journal
import Wire

/// A reading as exports show it: the one place that says which columns there are.
/// `Documentation/exports.md` describes them.
enum ReadingTable {
    static let columns = [
        "id", "measured_at_utc", "time_source", "received_at_utc", "order", "carrier_kind",
        "carrier", "device", "profile", "quantity", "medium", "probe", "value", "unit", "marker",
        "quality_scheme", "quality_flag", "quality_tests", "notes", "sequence",
        "raw_value", "calibration",
    ]

    static let qualityScheme = "qartod-iode"

    static func header(_ writer: inout CSVWriter) {
        for column in columns { writer.field(column) }
        writer.endRecord()
    }

    /// - Parameter order: The order the bag carried, as far as it was known at receipt.
    static func record(_ logged: LoggedReading, order: String?, _ writer: inout CSVWriter) {
        let reading = logged.reading
        let measurement = reading.measurement
        writer.field(Int64(clamping: logged.id))
        writer.field(reading.measuredAt)
        writer.field(reading.timeSource.name)
        writer.field(reading.receivedAt)
        writer.field(order)
        writer.field(logged.source.carrier.kind.rawValue)
        writer.field(logged.source.carrier.name)
        writer.field(logged.source.device)
        writer.field(logged.source.profile)
        writer.field(measurement.quantity.name)
        writer.field(medium(of: logged))
        writer.field(Int64(measurement.probe))
        writer.field(measurement.marker == nil ? reading.judgedValue : nil)
        writer.field(measurement.quantity.unit)
        writer.field(measurement.marker?.name)
        writer.field(qualityScheme)
        writer.field(Int64(reading.quality.rollup.rawValue))
        writer.field(tests(reading.quality))
        writer.field(
            reading.notes.isEmpty ? nil : reading.notes.names.joined(separator: " "))
        writer.field(reading.sequence)
        writer.field(measurement.marker == nil ? measurement.value : nil)
        writer.field(reading.correction.map { Int64($0.calibration.rawValue) })
        writer.endRecord()
    }

    /// The members of a line of JSON: those of the API, and what a line by itself has to say.
    static func members(_ logged: LoggedReading, order: String?, _ writer: inout JSONWriter) {
        writer.readingMembers(logged)
        writer.member("orderId", order)
        writer.member("medium", medium(of: logged))
    }

    /// What a thermometer in a bag is in: the food is warmer or colder than that.
    static func medium(of logged: LoggedReading) -> String? {
        guard case .bag = logged.source.carrier else { return nil }
        switch logged.reading.measurement.quantity {
        case .temperature, .humidity: return "bag_air"
        default: return nil
        }
    }

    /// The flag of each test that was applied, such as `gross_range=1 event_time=3`.
    private static func tests(_ flags: QualityFlags) -> String? {
        var text = ""
        for test in QualityTest.allCases where flags.isApplied(test) {
            text += (text.isEmpty ? "" : " ") + "\(test.name)=\(flags[test].rawValue)"
        }
        return text.isEmpty ? nil : text
    }
}

extension QualityFlags {
    /// Whether the reading was put to the test.
    fileprivate func isApplied(_ test: QualityTest) -> Bool {
        packed >> (UInt64(test.rawValue) * 4) & 0xF != 0
    }
}
