package import ColdChain
import Journal

/// What an export is written as.
package enum ExportFormat: String, CaseIterable, Sendable {
    /// RFC 4180, a reading a line.
    case csv
    /// An object a line and a reading an object.
    case json
    /// An EPCIS 2.0 document: an event for each leg of an order and for each excursion.
    case epcis

    package init?(name: String) { self.init(rawValue: name) }

    /// As `Content-Type` has it.
    var contentType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8"
        case .json: "application/x-ndjson"
        case .epcis: "application/ld+json"
        }
    }
}

/// What is exported.
package enum ExportSubject: String, CaseIterable, Sendable {
    case readings
    /// With what people did about them.
    case alerts

    package init?(name: String) { self.init(rawValue: name) }

    /// Alerts are told of in the events of the excursions they were raised for.
    package var formats: [ExportFormat] {
        switch self {
        case .readings: ExportFormat.allCases
        case .alerts: [.csv, .json]
        }
    }
}

/// What is asked of an export; nil asks for no more than the other conditions do.
package struct ExportRequest: Equatable, Sendable {
    package var subject = ExportSubject.readings
    package var format = ExportFormat.json
    /// Of readings, their time of measurement. Of legs and excursions, that they overlap with it. Of
    /// alerts, when they were raised.
    package var from = Timestamp(milliseconds: .min)
    /// The first instant that is no longer wanted.
    package var until = Timestamp(milliseconds: .max)
    /// The platform's identifier of an order.
    package var order: String?
    package var bag: String?
    package var device: String?

    package init() {}
}

/// Why an export cannot go on.
package struct ExportError: Error, CustomStringConvertible {
    package enum Kind: Sendable {
        case unknownOrder
        case noLog
        /// The log could not be read.
        case log
        /// What was read could not be written.
        case output
    }

    package var kind: Kind
    package var description: String
}

extension ExportError {
    static func catching<Value>(
        _ body: () throws(StoreError) -> Value
    ) throws(ExportError) -> Value {
        do throws(StoreError) {
            return try body()
        } catch {
            throw ExportError(kind: .log, description: error.description)
        }
    }
}
