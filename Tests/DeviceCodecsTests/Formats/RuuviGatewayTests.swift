import ColdChain
import DeviceCodecs
import Testing

@Suite("Ruuvi Gateway (B-3)")
struct RuuviGatewayTests {
    static let topic = "ruuvi/C8:25:2D:8E:9C:2C/F4:1F:0C:28:CB:D6"

    @Test(
        "The second of receipt is the gateway's, however it is written",
        arguments: [
            (#""ts":"1795175999""#, 1_795_175_999_000), (#""ts":1795175999"#, 1_795_175_999_000),
            (#""ts":1795175999.5"#, 1_795_175_999_500),
            (#""ts":"1795175999","gwts":"1795176000""#, 1_795_175_999_000), (#""cnt":"17""#, nil),
            (#""ts":null"#, nil), (#""ts":"""#, nil),
        ] as [(String, Int64?)])
    func times(time: String, expected: Int64?) throws {
        let batch = try RelayingGateway.ruuvi.read(
            #"{"gw_mac":"C8:25:2D:8E:9C:2C","rssi":-26,"aoa":[],\#(time),"data":"\#(ruuviTag)","coords":""}"#,
            topic: Self.topic)
        #expect(batch.samples.count == 1)
        #expect(batch.value(.temperature) == 21.32)
        #expect(batch.device() == "F41F0C28CBD6")
        #expect(batch.time() == expected)
        #expect(batch.samples[0].timeSource == (expected == nil ? .receipt : .gateway))
        #expect(batch.samples[0].sequence == 27_007)
        #expect(batch.samples[0].notes == [])
    }

    @Test("A clock that was never set is not believed")
    func unsetClock() throws {
        let batch = try RelayingGateway.ruuvi.read(
            #"{"ts":"1200","data":"\#(ruuviTag)"}"#, topic: Self.topic)
        #expect(batch.time() == nil)
        #expect(batch.samples[0].notes == .clockUnset)
    }

    @Test("A time that cannot be read, and bytes that are none, are failures")
    func unreadable() {
        for time in ["true", #""yesterday""#, "[]", "-5", #""12:30""#] {
            #expect(
                RelayingGateway.ruuvi.failure(
                    #"{"ts":\#(time),"data":"\#(ruuviTag)"}"#, topic: Self.topic)
                    == .invalidTime, "\(time)")
        }
        #expect(
            RelayingGateway.ruuvi.failure(#"{"data":"????D???X"}"#, topic: Self.topic)
                == .badEncoding)
        #expect(
            RelayingGateway.ruuvi.failure(#"{"data":"020"}"#, topic: Self.topic) == .badEncoding)
        #expect(RelayingGateway.ruuvi.failure("[]", topic: Self.topic) == .notAnObject)
    }

    @Test("The topic's tag is the device; a payload that names another is noted")
    func identity() throws {
        let json = #"{"ts":"1795175999","data":"\#(ruuviTag)"}"#
        let other = try RelayingGateway.ruuvi.read(json, topic: "ruuvi/C8252D8E9C2C/AABBCCDDEEFF")
        #expect(other.device() == "AABBCCDDEEFF")
        #expect(other.samples[0].notes == .identityConflict)
        // Without a tag in the topic the payload names it.
        #expect(try RelayingGateway.ruuvi.read(json, topic: "ruuvi/all").device() == "F41F0C28CBD6")
    }

    @Test("What the gateway decoded serves where there are no bytes that are known")
    func decoded() throws {
        let values = """
            "dataFormat":5,"temperature":27.75,"humidity":48.9125,"pressure":100903,\
            "accelX":0.012,"movementCounter":173,"voltage":2.989,"txPower":4,\
            "measurementSequenceNumber":27007,"id":"F4:1F:0C:28:CB:D6"
            """
        for json in [
            #"{"ts":"1795175999",\#(values)}"#, #"{"ts":"1795175999","data":"",\#(values)}"#,
            #"{"ts":"1795175999","data":"\#(strangersBeacon)",\#(values)}"#,
        ] {
            let batch = try RelayingGateway.ruuvi.read(json, topic: Self.topic)
            #expect(batch.value(.temperature) == 27.75)
            #expect(batch.value(.humidity) == 48.9125)
            #expect(batch.value(.pressure) == 100_903)
            #expect(batch.value(.batteryVoltage) == 2.989)
            #expect(batch.samples.first?.sequence == 27_007)
            #expect(batch.device() == "F41F0C28CBD6")
            #expect(batch.foreignFrames == 0)
        }
        let both = try RelayingGateway.ruuvi.read(
            #"{"ts":"1795175999","data":"\#(ruuviTag)",\#(values)}"#, topic: Self.topic)
        #expect(both.samples.count == 1)
        #expect(both.value(.temperature) == 21.32)
    }

    @Test("Decoded values that are null, impossible or no numbers are markers or rejected")
    func decodedMarkers() throws {
        let batch = try RelayingGateway.ruuvi.read(
            #"{"temperature":null,"pressure":150467,"PM2.5":11.2,"CO2":"x","voltage":true}"#,
            topic: Self.topic)
        #expect(batch.marker(.temperature) == .notAvailable)
        #expect(batch.marker(.pressure) == .overRange)
        #expect(batch.value(.particulates) == 11.2)
        #expect(batch.marker(.carbonDioxide) == .notANumber)
        #expect(batch.reasons == ["0 wrong_type:battery_voltage"])
    }

    @Test("The body of the gateway's HTTP form has a row for each tag; a bad one costs itself")
    func tags() throws {
        let batch = try RelayingGateway.ruuvi.read(
            #"""
            {"data":{"coordinates":"","timestamp":1795176000,"gw_mac":"F4:D9:16:FE:4F:AD","tags":{
            "F4:1F:0C:28:CB:D6":{"rssi":-50,"timestamp":1795175999,"data":"\#(ruuviTag)"},
            "nobody":{"timestamp":1795175999,"data":"\#(ruuviTag)"},
            "AA:BB:CC:DD:EE:01":{"timestamp":"1795175998","data":"\#(strangersBeacon)"},
            "AA:BB:CC:DD:EE:02":{"timestamp":"1795175998","data":"0201061BFF990405"},
            "AA:BB:CC:DD:EE:03":{"timestamp":"1795175997","data":"05166E2A3408"}}}}
            """#)
        #expect(batch.samples.count == 2)
        #expect(batch.device() == "F41F0C28CBD6")
        #expect(batch.time() == 1_795_175_999_000)
        #expect(batch.device(ofSample: 1) == "AABBCCDDEE03")
        #expect(batch.value(.temperature, ofSample: 1) == 21)
        #expect(batch.reasons == ["1 missing_field", "3 truncated_frame"])
        #expect(batch.foreignFrames == 1)
        #expect(!batch.isStatus)
    }

    @Test(
        "The gateway's own state and other people's beacons are no readings",
        arguments: [
            (#"{"state":"online"}"#, 0), (#"{"data":{"gw_mac":"F4D916FE4FAD","tags":{}}}"#, 0),
            (#"{"ts":"1795175999","data":"\#(strangersBeacon)"}"#, 1), ("{}", 0),
        ])
    func status(json: String, foreign: Int) throws {
        let batch = try RelayingGateway.ruuvi.read(json, topic: "ruuvi/C8:25:2D:8E:9C:2C/gw_status")
        #expect(batch.isStatus)
        #expect(batch.samples.isEmpty)
        #expect(batch.foreignFrames == foreign)
    }
}
