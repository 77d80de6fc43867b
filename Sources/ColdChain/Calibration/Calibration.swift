/// The number under which the register knows an entry; counted from 1 over the life of the log.
package struct CalibrationNumber: Hashable, Sendable {
    package var rawValue: UInt32

    package init(_ rawValue: UInt32) {
        self.rawValue = rawValue
    }
}

/// What a laboratory, or somebody with a reference thermometer, found of one probe of a device.
package struct Calibration: Equatable, Sendable {
    package var madeAt: Timestamp
    /// After this instant it is overdue: it goes on to be applied, and readings are suspect.
    package var dueAt: Timestamp
    /// How, such as "comparison in a stirred bath".
    package var method: String
    /// What it was compared with: instrument, its number and its own calibration.
    package var reference: String
    package var laboratory: String?
    /// The certificate's number.
    package var certificate: String?
    package var table: ErrorTable
    package var uncertainty: CalibrationUncertainty

    package init(
        madeAt: Timestamp, dueAt: Timestamp, method: String, reference: String,
        laboratory: String? = nil, certificate: String? = nil, table: ErrorTable,
        uncertainty: CalibrationUncertainty
    ) {
        self.madeAt = madeAt
        self.dueAt = dueAt
        self.method = method
        self.reference = reference
        self.laboratory = laboratory
        self.certificate = certificate
        self.table = table
        self.uncertainty = uncertainty
    }
}

/// How uncertain a calibration is, as certificates say it: U and k.
package struct CalibrationUncertainty: Equatable, Sendable {
    /// U = k·u, in kelvin.
    package let expanded: Double
    /// k; 2 stands for about 95 %.
    package let coverageFactor: Double

    /// In kelvin; nobody calibrates a thermometer for food with more.
    package static let largest = 5.0
    package static let coverageFactors: ClosedRange<Double> = 1...4

    /// Nil where U is not above 0 and up to `largest`, or k not one of `coverageFactors`.
    package init?(expanded: Double, coverageFactor: Double) {
        guard expanded > 0, expanded <= Self.largest, Self.coverageFactors.contains(coverageFactor)
        else { return nil }
        self.expanded = expanded
        self.coverageFactor = coverageFactor
    }

    /// u, in kelvin: the calibration's part of `MeasurementUncertainty`.
    package var standard: Double { expanded / coverageFactor }
}

/// An entry of the register of calibrations. It is never changed: a mistake is taken back by a later
/// entry that supersedes it.
package struct CalibrationEntry: Equatable, Sendable {
    package var number: CalibrationNumber
    package var device: String
    package var quantity: Quantity
    /// Counted from 0.
    package var probe: UInt8
    package var enteredAt: Timestamp
    /// Whose token it came with.
    package var enteredBy: String
    /// The entry that holds no longer.
    package var supersedes: CalibrationNumber?
    /// Why that one was a mistake.
    package var reason: String?
    /// Nil where an entry is only taken back.
    package var calibration: Calibration?

    package init(
        number: CalibrationNumber, device: String, quantity: Quantity = .temperature,
        probe: UInt8 = 0, enteredAt: Timestamp, enteredBy: String,
        supersedes: CalibrationNumber? = nil, reason: String? = nil, calibration: Calibration?
    ) {
        self.number = number
        self.device = device
        self.quantity = quantity
        self.probe = probe
        self.enteredAt = enteredAt
        self.enteredBy = enteredBy
        self.supersedes = supersedes
        self.reason = reason
        self.calibration = calibration
    }
}

/// What a calibration made of a measured value. The value as it was sent stays beside it.
package struct Correction: Equatable, Sendable {
    package var calibration: CalibrationNumber
    /// In the quantity's own unit.
    package var value: Double

    package init(calibration: CalibrationNumber, value: Double) {
        self.calibration = calibration
        self.value = value
    }
}
