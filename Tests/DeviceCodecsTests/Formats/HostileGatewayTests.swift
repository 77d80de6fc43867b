import ColdChain
import DeviceCodecs
import Testing

@Suite("Gateways and hostile documents (B-3)")
struct HostileGatewayTests {
    static let seeds = [
        #"{"ts":"1795175999","data":"\#(ruuviTag)","temperature":1,"id":"F35285000001"}"#,
        #"{"data":{"tags":{"F4:1F:0C:28:CB:D6":{"timestamp":1795175999,"data":"\#(ruuviTag)"}}}}"#,
        #"[{"type":"Gateway","mac":"AC23000020AA"},{"mac":"AC23000000E6","rawData":"\#(ruuviTag)"}]"#,
        #"{"msg_id":3070,"data":[{"mac":"f41f0c28cbd6","timestamp":1,"adv_data":"\#(ruuviTag)","rsp_data":"00"}]}"#,
        #"{"id":"F35285000001","servicedata":"3408","servicedatauuid":"2a6e","tempc":5,"tempf":41}"#,
    ]

    @Test("No change of a few bytes makes any of them crash")
    func mutations() {
        var batches = 0
        for (index, change) in hostileFrames(count: 4000, upTo: 9).enumerated() {
            var text = Array(Self.seeds[index % Self.seeds.count].utf8)
            for pair in stride(from: 0, to: change.count - 1, by: 2) {
                text[(Int(change[pair]) * 7 + pair * 31) % text.count] = change[pair + 1] & 0x7F
            }
            let json = String(decoding: text, as: UTF8.self)
            for gateway in RelayingGateway.allCases where (try? gateway.read(json)) != nil {
                batches += 1
            }
        }
        #expect(batches > 0)
    }
}
