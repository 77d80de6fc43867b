import ColdChain
import DeviceCodecs
import Testing

@Suite("Theengs and OpenMQTTGateway (B-3)")
struct TheengsTests {
    @Test(
        "Undecoded parts of an advert are decoded here",
        arguments: [
            (#""servicedata":"a4c138112233ffc93e500b7c63","servicedatauuid":"0x181a""#, -5.5),
            (#""servicedata":"3408","servicedatauuid":"2a6e","name":"P T EN""#, 21),
            (
                #""servicedata":"3408","servicedatauuid":"00002A6E-0000-1000-8000-00805F9B34FB""#,
                21
            ), (#""manufacturerdata":"570712850a""#, 26.93),
            (#""manufacturerdata":"570712850a","tempc":99"#, 26.93),
            (#""manufacturerdata":"4c0012850a","tempc":4.5"#, 4.5),
            (
                #""servicedata":"3408","servicedatauuid":"00002A6E-0000-1000-8000-00805F9B34FC","tempc":4.5"#,
                4.5
            ), (#""manufacturerdata":"570706010203040506","tempc":4.5"#, 4.5),
            // Theengs had the key.
            (
                #""servicedata":"41a47266c95f730011223378237214","servicedatauuid":"fcd2","tempc":4.5"#,
                4.5
            ),
        ])
    func bytes(fields: String, celsius: Double) throws {
        let batch = try RelayingGateway.theengs.read(
            #"{"id":"A4:C1:38:11:22:33","rssi":-50,\#(fields)}"#)
        #expect(batch.value(.temperature) == celsius)
        #expect(batch.samples.count == 1)
        #expect(batch.device() == "A4C138112233")
        #expect(batch.time() == nil)
        #expect(batch.foreignFrames == 0)
    }

    @Test("Decoded values are taken; Fahrenheit only where it is alone")
    func decoded() throws {
        let batch = try RelayingGateway.theengs.read(
            #"""
            {"id":"F3:52:85:00:00:01","brand":"B","model_id":"M","tempc":24.1,"tempf":999,"hum":44,
            "batt":80,"volt":2.56,"pres":1013.25,"co2":600,"pm25":7,"packet":12}
            """#)
        #expect(batch.value(.temperature) == 24.1)
        #expect(batch.value(.humidity) == 44)
        #expect(batch.value(.battery) == 80)
        #expect(batch.value(.batteryVoltage) == 2.56)
        #expect(batch.value(.pressure) == 101_325)
        #expect(batch.value(.carbonDioxide) == 600)
        #expect(batch.value(.particulates) == 7)
        #expect(batch.samples[0].sequence == 12)
        #expect(batch.samples[0].measurements.count == 7)
        let fahrenheit = try RelayingGateway.theengs.read(#"{"id":"F35285000001","tempf":41}"#)
        #expect(fahrenheit.value(.temperature) == 5)
    }

    @Test("Probes are numbered from the first; one that is missing stays missing")
    func probes() throws {
        let batch = try RelayingGateway.theengs.read(
            #"{"id":"F35285000001","tempc":20,"tempc2":20.5,"tempf2":68.9,"tempf4":69.8}"#)
        #expect(batch.value(.temperature) == 20)
        #expect(batch.value(.temperature, probe: 1) == 20.5)
        #expect(batch.value(.temperature, probe: 2) == nil)
        #expect(abs((batch.value(.temperature, probe: 3) ?? 0) - 21) < 1e-9)
        let named = try RelayingGateway.theengs.read(
            #"{"id":"F35285000001","tempc1":3,"tempc2":4}"#)
        #expect(named.value(.temperature) == 3)
        #expect(named.value(.temperature, probe: 1) == 4)
    }

    @Test("Null, words and wrong types are markers or rejected")
    func markers() throws {
        let batch = try RelayingGateway.theengs.read(
            #"{"id":"F35285000001","tempc":null,"hum":"wet","batt":[80],"volt":"2.9"}"#)
        #expect(batch.marker(.temperature) == .notAvailable)
        #expect(batch.marker(.humidity) == .notANumber)
        #expect(batch.value(.batteryVoltage) == 2.9)
        #expect(batch.reasons == ["0 wrong_type:battery"])
    }

    @Test("A beacon is counted, the gateway's state is one, the rest are failures")
    func others() throws {
        let beacon = try RelayingGateway.theengs.read(
            #"{"id":"F35285000001","rssi":-89,"distance":21.5}"#)
        #expect(beacon.isStatus)
        #expect(beacon.foreignFrames == 1)
        let state = try RelayingGateway.theengs.read(#"{"uptime":120,"version":"1.8"}"#)
        #expect(state.isStatus)
        #expect(state.foreignFrames == 0)
        #expect(RelayingGateway.theengs.failure("[]") == .notAnObject)
        #expect(RelayingGateway.theengs.failure(#"{"id":"F3:52:85"}"#) == .missingField)
        #expect(
            RelayingGateway.theengs.failure(#"{"id":"F35285000001","manufacturerdata":"57zz"}"#)
                == .badEncoding)
        #expect(
            RelayingGateway.theengs.failure(
                #"{"id":"F35285000001","servicedata":"41a47266c95f730011223378237214","servicedatauuid":"fcd2"}"#
            ) == .missingKey)
    }

    @Test("A part longer than an advert's is left out")
    func length() throws {
        let long = String(repeating: "00", count: 300)
        let batch = try RelayingGateway.theengs.read(
            #"{"id":"F35285000001","manufacturerdata":"5707\#(long)","tempc":4.5}"#)
        #expect(batch.value(.temperature) == 4.5)
    }
}
