package import ColdChain

/// The readings of a trip by the tests in oracle mode: as the package `ioos_qc` has them, with the
/// parameters of the product's own tests.
package struct OracleTrip: Sendable {
    /// One test, and what it says of each reading; the package may refuse a series.
    package struct Column: Sendable {
        package var test: String
        package var flags: Result<[QualityFlag], OracleError>
    }

    package let file: ReadingsFile
    /// In the order of their times, at one time as in the file.
    package let readings: [FiledReading]
    package let columns: [Column]
    /// The worst flag of each reading.
    package let rollup: [QualityFlag]

    package init(_ file: ReadingsFile, _ question: TripQuestion) throws(ReadingsFileError) {
        self.file = file
        let readings = file.readings.enumerated().sorted {
            ($0.element.measuredAt, $0.offset) < ($1.element.measuredAt, $1.offset)
        }.map(\.element)
        self.readings = readings
        guard let last = readings.last, last.measuredAt.milliseconds <= Self.lastMilliseconds else {
            throw ReadingsFileError(
                "a time lies beyond the year 2262, where the package's nanoseconds end")
        }
        columns = Self.columns(
            readings.map(\.celsius), readings.map { $0.measuredAt.milliseconds * 1_000_000 },
            question.quality)
        var worst = [QualityFlag](repeating: .missing, count: readings.count)
        for column in columns {
            guard case .success(let flags) = column.flags else { continue }
            for (index, flag) in flags.enumerated() { worst[index] = worst[index].worse(of: flag) }
        }
        rollup = worst
    }

    private static let lastMilliseconds = Int64.max / 1_000_000

    private static func columns(
        _ values: [Double], _ times: [Int64], _ settings: QualitySettings
    ) -> [Column] {
        func column(
            _ test: QualityTest, _ flags: () throws(OracleError) -> [QualityFlag]
        ) -> Column {
            do throws(OracleError) {
                return Column(test: test.name, flags: .success(try flags()))
            } catch {
                return Column(test: test.name, flags: .failure(error))
            }
        }
        var columns = [
            column(.gap) { () throws(OracleError) in
                try QartodOracle.timeGap(
                    times, failSpanHours: Double(settings.maximumGap) / 3_600_000)
            }
        ]
        if let range = settings.grossRange {
            columns.append(
                column(.grossRange) { () throws(OracleError) in
                    try QartodOracle.grossRange(
                        values, failSpan: ends(range.sensorSpan),
                        suspectSpan: ends(range.plausibleSpan))
                })
        }
        columns.append(
            column(.spike) { () throws(OracleError) in
                try QartodOracle.spike(
                    values, suspectThreshold: settings.spike.suspect,
                    failThreshold: settings.spike.bad, method: .differential)
            })
        columns.append(
            column(.rateOfChange) { () throws(OracleError) in
                try QartodOracle.rateOfChange(
                    values, times: times, threshold: settings.rate.suspect / 60,
                    failThreshold: settings.rate.bad / 60)
            })
        columns.append(
            column(.flatLine) { () throws(OracleError) in
                try QartodOracle.flatLine(
                    values, times: times, suspectThreshold: Double(settings.flat.suspect) / 1_000,
                    failThreshold: Double(settings.flat.bad) / 1_000,
                    tolerance: settings.flat.tolerance)
            })
        let period = Double(settings.attenuation.period) / 1_000
        columns.append(
            column(.attenuatedSignal) { () throws(OracleError) in
                try QartodOracle.attenuatedSignal(
                    values, times: times, suspectThreshold: settings.attenuation.suspect,
                    failThreshold: settings.attenuation.bad, testPeriod: period,
                    minimum: .period(period), variability: .range)
            })
        return columns
    }

    private static func ends(_ span: ClosedRange<Double>) -> (Double, Double) {
        (span.lowerBound, span.upperBound)
    }
}
