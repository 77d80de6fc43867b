import ColdChain

/// The oracle mode behind the topics of the vectors.
package enum OracleTopic {
    /// The flags that the test of `topic` gives to `input`.
    package static func flags(_ topic: String, _ input: OracleInput) throws -> [UInt8] {
        try judged(topic, input).map(\.rawValue)
    }

    /// In metres, by the geodesic.
    package static func distance(_ input: OracleInput) throws -> Double {
        Geodesic.distance(
            from: Coordinate(
                latitude: try input.require(input.lat1, "lat1"),
                longitude: try input.require(input.lon1, "lon1")),
            to: Coordinate(
                latitude: try input.require(input.lat2, "lat2"),
                longitude: try input.require(input.lon2, "lon2")))
    }

    private static func judged(_ topic: String, _ input: OracleInput) throws -> [QualityFlag] {
        switch topic {
        case "qc.gross_range", "gross_range_test": try grossRange(input)
        case "qc.spike.average": try spike(input, .average)
        case "qc.spike.differential": try spike(input, .differential)
        case "spike_test":
            try spike(input, input.method == "differential" ? .differential : .average)
        case "qc.rate_of_change", "rate_of_change_test": try rateOfChange(input)
        case "qc.flat_line", "flat_line_test": try flatLine(input)
        case "qc.attenuated_signal", "attenuated_signal_test": try attenuatedSignal(input)
        case "qc.aggregate", "qartod_compare":
            try QartodOracle.aggregate(input.require(input.vectors, "vectors"))
        case "qc.location", "location_test": try location(input)
        case "qc.speed", "speed_test": try speed(input)
        case "qc.location_bounds", "location_bounds_test": try locationBounds(input)
        case "qc.time_gap", "time_gap_test":
            try QartodOracle.timeGap(
                input.optionalTimes(),
                failSpanHours: input.require(input.fail_span_s, "fail_span_s") / 3600)
        case "qc.data_reception", "data_reception_test":
            try QartodOracle.dataReception(
                input.optionalTimes(),
                failSpanHours: input.require(input.fail_span_s, "fail_span_s") / 3600,
                now: OracleInput.nanoseconds(input.require(input.now_s, "now_s")))
        case "qc.syntax", "syntax_test": try syntax(input)
        case "qc.oracle_limit": try judged(input.require(input.call, "call"), input)
        default: throw InputError(description: "no such topic: \(topic)")
        }
    }

    private static func grossRange(_ input: OracleInput) throws -> [QualityFlag] {
        try QartodOracle.grossRange(
            input.values(),
            failSpan: input.span(input.require(input.fail_span, "fail_span"), "fail_span"),
            suspectSpan: input.suspect_span.map { try input.span($0, "suspect_span") })
    }

    private static func spike(
        _ input: OracleInput, _ method: QartodOracle.SpikeMethod
    ) throws -> [QualityFlag] {
        try QartodOracle.spike(
            input.values(), suspectThreshold: input.suspect_threshold,
            failThreshold: input.fail_threshold, method: method)
    }

    private static func rateOfChange(_ input: OracleInput) throws -> [QualityFlag] {
        try QartodOracle.rateOfChange(
            input.values(), times: input.times(),
            threshold: input.require(input.threshold_per_s, "threshold_per_s"),
            failThreshold: input.fail_threshold_per_s)
    }

    private static func flatLine(_ input: OracleInput) throws -> [QualityFlag] {
        try QartodOracle.flatLine(
            input.values(), times: input.times(),
            suspectThreshold: input.require(input.suspect_threshold_s, "suspect_threshold_s"),
            failThreshold: input.require(input.fail_threshold_s, "fail_threshold_s"),
            tolerance: input.tolerance ?? 0)
    }

    private static func attenuatedSignal(_ input: OracleInput) throws -> [QualityFlag] {
        let minimum =
            input.min_obs.map(QartodOracle.WindowMinimum.observations)
            ?? input.min_period.map(QartodOracle.WindowMinimum.period)
        return try QartodOracle.attenuatedSignal(
            input.values(), times: input.times(),
            suspectThreshold: input.require(input.suspect_threshold, "suspect_threshold"),
            failThreshold: input.require(input.fail_threshold, "fail_threshold"),
            testPeriod: input.test_period, minimum: minimum,
            variability: input.check_type == "range" ? .range : .standardDeviation)
    }

    private static func location(_ input: OracleInput) throws -> [QualityFlag] {
        try QartodOracle.location(
            longitudes: input.longitudes(), latitudes: input.latitudes(),
            rangeMaximum: input.range_max,
            method: input.range_method?.lowercased() == "wgs84" ? .ellipsoid : .haversine)
    }

    private static func speed(_ input: OracleInput) throws -> [QualityFlag] {
        try QartodOracle.speed(
            longitudes: input.longitudes(), latitudes: input.latitudes(), times: input.times(),
            suspectThreshold: input.require(input.suspect_threshold_mps, "suspect_threshold_mps"),
            failThreshold: input.require(input.fail_threshold_mps, "fail_threshold_mps"))
    }

    private static func locationBounds(_ input: OracleInput) throws -> [QualityFlag] {
        try QartodOracle.locationBounds(
            longitudes: input.longitudes(), latitudes: input.latitudes(),
            polygon: input.require(input.polygon_lonlat, "polygon_lonlat")
                .map { try input.span($0, "polygon_lonlat") },
            flagged: input.flag_area == "inside" ? .inside : .outside)
    }

    private static func syntax(_ input: OracleInput) throws -> [QualityFlag] {
        [
            QartodOracle.syntax(
                try input.require(input.line, "line"),
                count: try input.require(input.nchar, "nchar"),
                unit: input.lentype == "byte" ? .bytes : .characters, delimiter: input.delimiter)
        ]
    }
}
