package import Foundation

/// What a vector of a `qc.*` topic gives to the test it names. Fields that a test does not know are
/// not looked at.
package struct OracleInput: Decodable {
    var call: String?
    var inp: [Double?]?
    var t_s: [Double?]?
    var lon: [Double?]?
    var lat: [Double?]?
    var fail_span: [Double]?
    var suspect_span: [Double]?
    var suspect_threshold: Double?
    var fail_threshold: Double?
    var threshold_per_s: Double?
    var fail_threshold_per_s: Double?
    var suspect_threshold_s: Double?
    var fail_threshold_s: Double?
    var suspect_threshold_mps: Double?
    var fail_threshold_mps: Double?
    var tolerance: Double?
    var method: String?
    var check_type: String?
    var test_period: Double?
    var min_obs: Int?
    var min_period: Double?
    var vectors: [[UInt8]]?
    var range_max: Double?
    var range_method: String?
    var polygon_lonlat: [[Double]]?
    var flag_area: String?
    var fail_span_s: Double?
    var now_s: Double?
    var line: String?
    var nchar: Double?
    var lentype: String?
    var delimiter: String?
    var lat1: Double?
    var lon1: Double?
    var lat2: Double?
    var lon2: Double?

    /// Reads JSON in which `inf` and `-inf` are texts.
    package static var decoder: JSONDecoder {
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return decoder
    }
}

/// Why a vector cannot be tried.
package struct InputError: Error, CustomStringConvertible {
    package var description: String

    package init(description: String) {
        self.description = description
    }
}

extension OracleInput {
    func values() throws -> [Double] { try numbers(inp, "inp") }
    func longitudes() throws -> [Double] { try numbers(lon, "lon") }
    func latitudes() throws -> [Double] { try numbers(lat, "lat") }

    private func numbers(_ list: [Double?]?, _ name: String) throws -> [Double] {
        try require(list, name).map { $0 ?? .nan }
    }

    func require<Value>(_ value: Value?, _ name: String) throws -> Value {
        guard let value else { throw InputError(description: "\(name) is missing") }
        return value
    }

    /// As pandas rounds seconds to nanoseconds.
    func optionalTimes() throws -> [Int64?] {
        try require(t_s, "t_s").map { try $0.map(Self.nanoseconds) }
    }

    func times() throws -> [Int64] {
        try optionalTimes().map { try require($0, "a time") }
    }

    package static func nanoseconds(_ seconds: Double) throws -> Int64 {
        let whole = seconds.rounded(.down)
        guard whole.magnitude < 9e9 else { throw InputError(description: "no time: \(seconds)") }
        return Int64(whole) * 1_000_000_000 + Int64(((seconds - whole) * 1e9).rounded())
    }

    func span(_ list: [Double], _ name: String) throws -> (Double, Double) {
        guard list.count == 2 else { throw InputError(description: "\(name) has not two ends") }
        return (list[0], list[1])
    }
}
