import ColdChain
import Crypto
import Journal
import Wire

/// The log in the words of EPCIS 2.0 (GS1): the one place that says what becomes of a leg and of an
/// excursion. `Documentation/exports.md` describes it.
///
/// An attribute that may stand in `sensorMetadata` and in `sensorReport` stands in the first only:
/// the standard forbids it in both.
struct EPCISText {
    private let namespace: NameBasedUUID

    private static let context = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
    private static let uuidPrefix = "urn:uuid:"

    /// - Parameter log: The log's own name: the same event of another log is another event.
    init(log: String) throws(ExportError) {
        namespace = try Self.identifier(
            of: Array(EPCISIdentifier.text("log", log).utf8), in: .urlNamespace)
    }

    private static func identifier(
        of name: [UInt8], in namespace: NameBasedUUID
    ) throws(ExportError) -> NameBasedUUID {
        do throws(CryptoFailure) {
            return try NameBasedUUID(of: name, in: namespace)
        } catch {
            throw ExportError(kind: .log, description: error.description)
        }
    }

    /// The document up to the first event.
    static func head(createdAt: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { document in
            document.name("@context")
            document.array { context in
                context.value(Self.context)
                context.object { $0.member("freshwire", "urn:freshwire:epcis:") }
            }
            document.member("type", "EPCISDocument")
            document.member("schemaVersion", "2.0")
            document.member("creationDate", instant: createdAt.milliseconds)
        }
        return writer.bytes.dropLast() + Array(#","epcisBody":{"eventList":["#.utf8)
    }

    /// The document behind the last event.
    static let tail = Array("]}}\n".utf8)

    /// The report of a leg. Its statistics must be sorted.
    func leg(_ leg: LegStatistics, of order: Order) throws(ExportError) -> [UInt8] {
        let custody = leg.custody
        let end = custody.until ?? leg.last ?? custody.from
        return try event { event in
            event.common(eventTime: end, step: "sensor_reporting", bag: custody.bag, order: order)
            if !leg.devices.isEmpty {
                event.name("sensorElementList")
                event.array { elements in
                    for device in leg.devices {
                        elements.object { $0.elementMembers(of: device, from: custody.from, end) }
                    }
                }
            }
            event.member("freshwire:foodClass", order.foodClass.name)
            event.instantMember("freshwire:carriedFrom", custody.from)
            event.instantMember("freshwire:carriedUntil", custody.until)
        }
    }

    /// The report of an excursion, with what people did about it.
    func excursion(
        _ logged: LoggedExcursion, of order: Order, alerts: [AlertDossier]
    ) throws(ExportError) -> [UInt8] {
        let excursion = logged.excursion
        return try event { event in
            event.common(
                eventTime: excursion.openedAt, step: "inspecting", bag: logged.source.carrier.name,
                order: order)
            event.name("sensorElementList")
            event.array { elements in
                elements.object { $0.elementMembers(of: logged) }
            }
            event.member("freshwire:excursion", Int64(clamping: excursion.number))
            event.instantMember("freshwire:openedAt", excursion.openedAt)
            event.instantMember("freshwire:closedAt", excursion.closedAt)
            event.member("freshwire:foodClass", excursion.foodClass.name)
            event.member("freshwire:limitMinimumCelsius", excursion.limit.minimum)
            event.member("freshwire:limitMaximumCelsius", excursion.limit.maximum)
            event.member("freshwire:limitProfile", excursion.limitProfile)
            event.epcisAlerts(alerts)
        }
    }

    /// An event with its identifier, which is made of what it says: the same event has the same one
    /// in every export, and one that says something else, as of a leg that has gone on, another.
    private func event(
        _ members: (inout JSONWriter) -> Void
    ) throws(ExportError) -> [UInt8] {
        var writer = JSONWriter(capacity: 2_048)
        writer.object(members)
        let identifier = try Self.identifier(of: writer.bytes, in: namespace)
        return Array("{\"eventID\":\"\(Self.uuidPrefix)\(identifier.text)\",".utf8)
            + writer.bytes.dropFirst()
    }
}

/// Identifiers of our own, for what has none of GS1's: `urn:freshwire:` with kind and name.
enum EPCISIdentifier {
    static func text(_ kind: String, _ name: String) -> String {
        var bytes = Array("urn:freshwire:\(kind):".utf8)
        for unit in name.utf8 {
            switch unit {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(unit)
            default:
                bytes.append(contentsOf: "%".utf8)
                bytes.append(contentsOf: hexadecimal([unit]).uppercased().utf8)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    /// What every event says: what was watched, when, and for which order.
    fileprivate mutating func common(
        eventTime: Timestamp, step: String, bag: String, order: Order
    ) {
        member("type", "ObjectEvent")
        instantMember("eventTime", eventTime)
        member("eventTimeZoneOffset", "+00:00")
        name("epcList")
        array { $0.value(EPCISIdentifier.text("bag", bag)) }
        member("action", "OBSERVE")
        member("bizStep", step)
        name("bizTransactionList")
        array { transactions in
            transactions.object {
                $0.member("bizTransaction", EPCISIdentifier.text("order", order.id))
            }
        }
        member("freshwire:medium", "bag_air")
    }

    fileprivate mutating func elementMembers(
        of device: LegStatistics.Device, from start: Timestamp, _ end: Timestamp
    ) {
        name("sensorMetadata")
        object { metadata in
            metadata.instantMember("startTime", start)
            metadata.instantMember("endTime", end)
            metadata.member("deviceID", EPCISIdentifier.text("device", device.name))
            metadata.member("deviceMetadata", EPCISIdentifier.text("profile", device.profile))
            metadata.member(
                "dataProcessingMethod", EPCISIdentifier.text("method", "interval-statistics-1"))
        }
        name("sensorReport")
        array { reports in
            for channel in device.channels { reports.object { $0.reportMembers(of: channel) } }
        }
    }

    private mutating func reportMembers(of channel: ChannelStatistics) {
        let isTemperature = channel.quantity == .temperature
        member("type", isTemperature ? "Temperature" : "RelativeHumidity")
        if channel.counted > 0 {
            member("minValue", channel.minimum)
            member("maxValue", channel.maximum)
            member("meanValue", channel.mean)
            member("sDev", channel.standardDeviation)
        } else {
            // There is no number to go by: that is said, and no number made up.
            member("exception", "ERROR_CONDITION")
        }
        // UN/ECE Recommendation 20: degrees Celsius, percent.
        member("uom", isTemperature ? "CEL" : "P1")
        member("freshwire:probe", Int64(channel.probe))
        member("freshwire:readingsCounted", channel.counted)
        member("freshwire:readingsBad", channel.bad)
        member("freshwire:readingsMissing", channel.missing)
        instantMember("freshwire:firstReading", channel.first)
        instantMember("freshwire:lastReading", channel.last)
    }

    fileprivate mutating func elementMembers(of logged: LoggedExcursion) {
        let excursion = logged.excursion
        name("sensorMetadata")
        object { metadata in
            metadata.instantMember("startTime", excursion.openedAt)
            metadata.instantMember("endTime", excursion.closedAt)
            metadata.member("deviceID", EPCISIdentifier.text("device", logged.source.device))
            metadata.member(
                "deviceMetadata", EPCISIdentifier.text("profile", logged.source.profile))
            metadata.member("bizRules", EPCISIdentifier.text("limits", excursion.limitProfile))
        }
        name("sensorReport")
        array { reports in
            reports.object { report in
                report.member("type", "Temperature")
                report.member("exception", "ALARM_CONDITION")
                if excursion.peak.isFinite {
                    let isBelow = excursion.limit.minimum.map { excursion.peak < $0 } ?? false
                    report.member(isBelow ? "minValue" : "maxValue", excursion.peak)
                }
                report.member("uom", "CEL")
            }
        }
    }
}
