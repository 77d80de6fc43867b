import ColdChain
import Wire

/// What a Ruuvi Gateway makes of an advert it heard: raw mode, one message each.
///
/// Times are whole seconds as text; without a synchronised clock a count stands in their place.
struct RuuviGatewayMessage {
    var gateway: String
    /// dBm.
    var rssi: Int
    /// Since 1970; nil where the gateway's clock was never set.
    var second: Int64?
    var count: Int64
    /// Seconds until it was sent on.
    var delay: Int64

    func payload(_ frame: RuuviDF5) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.member("gw_mac", gateway)
            json.member("rssi", Int64(rssi))
            json.name("aoa")
            json.array { _ in }
            if let second {
                json.member("gwts", "\(second + delay)")
                json.member("ts", "\(second)")
            } else {
                json.member("cnt", "\(count)")
            }
            json.member("data", hexadecimal(frame.advert).uppercased())
            json.member("coords", "")
        }
        return writer.bytes
    }

    func sample(_ frame: RuuviDF5) -> ExpectedSample {
        ExpectedSample(
            measuredAt: second.map { $0 * 1000 }, by: .gateway,
            sequence: frame.sequence.map(Int64.init), measurements: frame.measurements)
    }
}
