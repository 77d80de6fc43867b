import ColdChain
import DeviceCodecs
import Testing

@Suite("MOKO gateways (B-3)")
struct MokoGatewayTests {
    static func scan(_ rows: String) -> String {
        #"{"msg_id":3070,"device_info":{"mac":"aabbcc001122"},"data":[\#(rows)]}"#
    }

    @Test("The advert and its scan response are one sample")
    func scan() throws {
        let batch = try RelayingGateway.moko.read(
            Self.scan(
                #"{"mac":"f41f0c28cbd6","timestamp":1795175999123,"rssi":-40,"adv_data":"05166e2a34080000","rsp_data":"05166f2ab80b"}"#
            ))
        #expect(batch.samples.count == 1)
        #expect(batch.value(.temperature) == 21)
        #expect(batch.value(.humidity) == 30)
        #expect(batch.device() == "F41F0C28CBD6")
        #expect(batch.time() == 1_795_175_999_123)
        #expect(batch.samples[0].timeSource == .gateway)
    }

    @Test(
        "Older messages have their rows under 'value', with a time as text",
        arguments: [
            "raw data", "raw",
        ])
    func older(name: String) throws {
        let batch = try RelayingGateway.moko.read(
            #"""
            {"msg_id":3004,"device_info":{"mac":"aabbcc001122"},"data":[{"type":0,"value":{
            "mac":"F41F0C28CBD6","timestamp":"2026-11-20T12:59:59+01:00","rssi":-40,"\#(name)":"\#(ruuviTag)"}}]}
            """#)
        #expect(batch.value(.temperature) == 21.32)
        #expect(batch.time() == 1_795_175_999_000)
    }

    @Test("Bad rows cost themselves, decoded rows serve, strangers are counted")
    func rows() throws {
        let batch = try RelayingGateway.moko.read(
            Self.scan(
                #"""
                {"mac":"nobody","adv_data":"\#(ruuviTag)"},5,{"mac":"f41f0c28cbd1","adv_data":"zz"},
                {"mac":"f41f0c28cbd2","adv_data":"\#(strangersBeacon)","rsp_data":"zz"},
                {"mac":"f41f0c28cbd3","adv_data":"\#(ruuviTag)","timestamp":"soon"},
                {"mac":"f41f0c28cbd4","adv_data":"\#(strangersBeacon)"},
                {"mac":"f41f0c28cbd5","type":"bxp-th","temperature":4.5,"humidity":"61.5"},
                {"mac":"f41f0c28cbd6","adv_data":"\#(ruuviTag)"},
                {"mac":"f41f0c28cbd7","adv_data":"0516E1FFA101"}
                """#))
        #expect(
            batch.reasons == [
                "0 missing_field:mac", "1 not_an_object", "2 bad_encoding", "3 bad_encoding",
                "4 invalid_time", "8 truncated_frame",
            ])
        #expect(batch.foreignFrames == 1)
        #expect(batch.samples.count == 2)
        #expect(batch.value(.temperature) == 4.5)
        #expect(batch.value(.humidity) == 61.5)
        #expect(batch.device(ofSample: 1) == "F41F0C28CBD6")
    }

    @Test(
        "Other messages of the gateway are its state",
        arguments: [
            #"{"msg_id":3003,"device_info":{"mac":"aabbcc001122"},"data":{"net_state":"online"}}"#,
            #"{"msg_id":3070,"device_info":{"mac":"aabbcc001122"},"data":[]}"#,
            #"{"msg_id":2002,"device_info":{"mac":"aabbcc001122"}}"#,
        ])
    func status(json: String) throws {
        #expect(try RelayingGateway.moko.read(json).isStatus)
    }

    @Test("Other documents are failures")
    func failures() {
        #expect(RelayingGateway.moko.failure("[]") == .notAnObject)
        #expect(RelayingGateway.moko.failure(#"{"data":[]}"#) == .missingField)
    }
}
