import ColdChain
import Wire

/// The JSON of an uplink as The Things Stack, version 3, publishes it, without a payload formatter.
///
/// It is proto3 JSON: members that are zero are left out, frequencies are text. What several
/// gateways heard is one message with a row for each; a gateway without a clock tells no time.
struct TheThingsStackUplink {
    private let snapshot: Snapshot
    private let frame: DraginoLHT65N
    private let device: DeviceIdentity
    private let plan: FleetPlan
    private let receptions: [Reception]
    /// When the network's server had it, and when the application's.
    private let networkTime: Int64
    private let applicationTime: Int64
    /// Digits below the millisecond, as the servers write them.
    private let nanoseconds: Int

    private struct Reception {
        var gateway: String
        var time: Int64?
        var rssi: Int64
        /// Tenths of a decibel.
        var snr: Int
        /// Microseconds of the gateway's own counter.
        var counter: Int64
    }

    static func content(
        _ snapshot: Snapshot, of device: DeviceIdentity, plan: FleetPlan,
        random: inout SplitMix64
    ) -> (payload: [UInt8], sample: ExpectedSample) {
        let uplink = TheThingsStackUplink(snapshot, of: device, plan: plan, random: &random)
        return (uplink.payload, uplink.sample)
    }

    private init(
        _ snapshot: Snapshot, of device: DeviceIdentity, plan: FleetPlan,
        random: inout SplitMix64
    ) {
        self.snapshot = snapshot
        self.device = device
        self.plan = plan
        frame = DraginoLHT65N(snapshot)
        var receptions: [Reception] = []
        for place in 0..<(snapshot.isHeardTwice ? 2 : 1) {
            let late = place == 0 ? 0 : Int64.random(in: 1...900, using: &random)
            receptions.append(
                Reception(
                    gateway: plan.gateways[place % plan.gateways.count],
                    time: snapshot.isClockUnset ? nil : snapshot.time + late,
                    rssi: Int64.random(in: -118 ... -45, using: &random),
                    snr: Int.random(in: -60...105, using: &random),
                    counter: Int64.random(in: 1...4_294_967_295, using: &random)))
        }
        self.receptions = receptions
        networkTime = snapshot.time + Int64.random(in: 40...200, using: &random)
        applicationTime = networkTime + Int64.random(in: 150...260, using: &random)
        nanoseconds = Int.random(in: 0...999_999, using: &random)
    }

    private var sample: ExpectedSample {
        ExpectedSample(
            measuredAt: receptions[0].time ?? networkTime,
            by: receptions[0].time == nil ? .networkServer : .gateway,
            sequence: snapshot.sequence, measurements: frame.measurements)
    }

    private var payload: [UInt8] {
        let application = plan.application.prefix { $0 != "@" }
        var writer = JSONWriter(capacity: 1024)
        writer.object { json in
            json.name("end_device_ids")
            json.object { json in
                json.member("device_id", device.name)
                json.name("application_ids")
                json.object { $0.member("application_id", String(application)) }
                json.member("dev_eui", device.addressText)
                json.member("join_eui", "A840410000000101")
                json.member("dev_addr", hexadecimal(device.address.suffix(4)).uppercased())
            }
            json.member("received_at", instant(applicationTime, digits: 6))
            json.name("uplink_message")
            json.object { uplink(&$0) }
        }
        return writer.bytes
    }

    private func uplink(_ json: inout JSONWriter) {
        json.member("session_key_id", "AYfg8rhha5n+FWx0ZaAprA==")
        json.member("f_port", DraginoLHT65N.port)
        if snapshot.sequence != 0 { json.member("f_cnt", snapshot.sequence) }
        json.member("frm_payload", Base64.padded.encode(frame.bytes))
        json.name("rx_metadata")
        json.array { json in for reception in receptions { write(reception, &json) } }
        json.name("settings")
        json.object { json in
            json.name("data_rate")
            json.object { json in
                json.name("lora")
                json.object { json in
                    json.member("bandwidth", Int64(125_000))
                    json.member("spreading_factor", Int64(7))
                    json.member("coding_rate", "4/5")
                }
            }
            json.member("frequency", "868100000")
            json.member("timestamp", receptions[0].counter)
            if let time = receptions[0].time {
                json.member("time", instant(time, digits: 3))
            }
        }
        json.member("received_at", instant(networkTime, digits: 6))
        json.member("consumed_airtime", "0.061696s")
        json.name("version_ids")
        json.object { json in
            json.member("brand_id", "dragino")
            json.member("model_id", "lht65n")
            json.member("hardware_version", "_unknown_hw_version_")
            json.member("firmware_version", "1.0")
            json.member("band_id", "EU_863_870")
        }
    }

    private func write(_ reception: Reception, _ json: inout JSONWriter) {
        json.object { json in
            json.name("gateway_ids")
            json.object { $0.member("gateway_id", reception.gateway) }
            if let time = reception.time { json.member("time", instant(time, digits: 3)) }
            json.member("timestamp", reception.counter)
            json.member("rssi", reception.rssi)
            json.member("channel_rssi", reception.rssi)
            if reception.snr != 0 { json.member("snr", Double(reception.snr) / 10) }
        }
    }

    /// An instant with so many digits below the millisecond.
    private func instant(_ milliseconds: Int64, digits: Int) -> String {
        var bytes: [UInt8] = []
        RFC3339.append(milliseconds, to: &bytes)
        bytes.removeLast()
        bytes.append(digits == 3 ? nanoseconds / 1000 : nanoseconds, width: digits)
        bytes.append(UInt8(ascii: "Z"))
        return String(decoding: bytes, as: UTF8.self)
    }
}
