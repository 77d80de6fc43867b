import Mathematics

/// How uncertain one measured temperature is: standard uncertainties in kelvin.
package struct MeasurementUncertainty: Equatable, Sendable {
    package let calibration: Double
    /// The step of the last digit, in kelvin.
    package let resolutionStep: Double
    package let drift: Double
    package let position: Double

    /// Nil where a part is negative or no number.
    package init?(calibration: Double, resolutionStep: Double, drift: Double, position: Double) {
        let parts = [calibration, resolutionStep, drift, position]
        guard parts.allSatisfy({ $0.isFinite && $0 >= 0 }) else { return nil }
        self.calibration = calibration
        self.resolutionStep = resolutionStep
        self.drift = drift
        self.position = position
    }

    /// The combined standard uncertainty u; a step is rectangular, so its part is step / √12.
    package var standard: Double {
        (calibration * calibration + resolutionStep * resolutionStep / 12 + drift * drift
            + position * position).squareRoot()
    }

    /// U = 2u, about 95 %.
    package var expanded: Double { 2 * standard }
}

/// What can be said of a reading when its uncertainty is told with it: the non-binary rule with
/// guard band of ILAC-G8:09/2019, 4.2.3.
///
/// The verdict by the rules uses the plain value; this one drives the colour of an early warning,
/// and goes into the record.
package enum GuardBandStatement: String, CaseIterable, Sendable {
    case pass
    /// Inside the limit by less than the guard band.
    case conditionalPass = "conditional_pass"
    /// Outside by no more than the guard band.
    case conditionalFail = "conditional_fail"
    case fail
}

extension CriticalLimit {
    /// Compares with a guard band in kelvin, which is U unless a decision rule says otherwise.
    /// Nil for what is no number, for a band that is none, and where there is no limit.
    package func statement(on celsius: Double, guardBand: Double) -> GuardBandStatement? {
        guard celsius.isFinite, guardBand.isFinite, guardBand >= 0 else { return nil }
        guard isBound else { return nil }
        if isKept(by: celsius) {
            return moved(inwards: guardBand).isKept(by: celsius) ? .pass : .conditionalPass
        }
        return moved(inwards: -guardBand).isKept(by: celsius) ? .conditionalFail : .fail
    }

    /// The limit with each end moved into the safe span.
    private func moved(inwards distance: Double) -> CriticalLimit {
        CriticalLimit(
            minimum: minimum.map { $0 + distance }, maximum: maximum.map { $0 - distance })
    }
}
