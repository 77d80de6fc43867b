import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Who devices say they are (B-3)")
struct AnnouncedDevicesTests {
    private func bridge(_ json: String) throws -> [Zigbee2MQTTDevice] {
        var document = try JSONDocument()
        let root = try document.read(Array(json.utf8).span)
        return try Zigbee2MQTTDevices.read(document, root)
    }

    @Test("B-3: a bridge's devices tell what they measure, in which unit and range")
    func exposes() throws {
        let devices = try bridge(
            """
            [{"ieee_address":"0x00124b0000000001","type":"Coordinator","friendly_name":"Coordinator"},
             {"ieee_address":"0x00158d0001e8f1a2","type":"EndDevice","friendly_name":"cold/bag 7",
              "power_source":"Battery","disabled":false,"definition":{"model":"WSDCGQ11LM",
              "vendor":"Aqara","exposes":[
               {"type":"numeric","name":"temperature","property":"temperature","unit":"°C",
                "access":1,"value_min":-40,"value_max":85},
               {"type":"numeric","name":"temperature","property":"temperature_l2","unit":"°F",
                "access":1},
               {"type":"numeric","property":"device_temperature","unit":"°C","access":1},
               {"type":"numeric","property":"humidity_calibration","unit":"%","access":7},
               {"type":"numeric","property":"voltage","unit":"mV","access":1},
               {"type":"binary","property":"contact","value_on":false,"value_off":true,"access":1},
               {"type":"numeric","property":"pressure","unit":"kPa","access":1},
               {"type":"numeric","property":"battery","unit":"%","access":2},
               {"type":"climate","features":[
                 {"type":"numeric","property":"humidity","unit":"%","access":5}]},
               {"type":"composite","property":"outside","features":[
                 {"type":"numeric","property":"temperature","unit":"°C","access":1}]},
               {"type":"list","item_type":{"type":"numeric","property":"temperature_3"}}]}},
             {"ieee_address":"0x00158d0001e8f1a3","friendly_name":"new","definition":null},
             {"friendly_name":"nameless"}, 7]
            """)
        #expect(devices.map(\.friendlyName) == ["cold/bag 7", "new"])
        let device = try #require(devices.first)
        #expect(device.address == "00158D0001E8F1A2")
        #expect(device.model == "WSDCGQ11LM" && device.vendor == "Aqara")
        #expect(device.powerSource == "Battery")
        #expect(
            device.properties.map(\.path) == [
                ["temperature"], ["temperature_l2"], ["voltage"], ["contact"], ["pressure"],
                ["humidity"], ["outside", "temperature"],
            ])
        #expect(device.properties[0].range == -40...85)
        #expect(device.properties[1].probe == 2)
        #expect(device.properties[1].unit == .fahrenheit)
        #expect(device.properties[4].unit == nil)
        #expect(
            device.announcements(base: "zigbee2mqtt").map(\.form) == [
                .zigbee, .number(.fahrenheit), .zigbee, .zigbee, .zigbee, .zigbee,
            ])
        #expect(
            device.announcements(base: "zigbee2mqtt").allSatisfy {
                $0.stateTopic == "zigbee2mqtt/cold/bag 7" && $0.device == device.address
            })
    }

    @Test("B-3: a disabled device announces nothing, and a list is an array")
    func disabled() throws {
        let devices = try bridge(
            """
            [{"ieee_address":"0x00158d0001e8f1a2","friendly_name":"a","disabled":true,"definition":{
             "exposes":[{"type":"numeric","property":"humidity","unit":"%","access":1}]}}]
            """)
        #expect(devices.first?.properties.count == 1)
        #expect(devices.first?.announcements(base: "zigbee2mqtt").isEmpty == true)
        #expect(throws: AnnouncementRefusal.notAnObject) { try bridge("{}") }
    }

    private func tasmota(_ json: String) throws -> TasmotaDevice? {
        var document = try JSONDocument()
        let root = try document.read(Array(json.utf8).span)
        return TasmotaDevice(document, root)
    }

    @Test("B-3: a Tasmota device tells where its sensors' readings stand")
    func tasmotaDevice() throws {
        let json = """
            {"dn":"Kitchen","mac":"A4CF12345678","md":"Generic","t":"bag7","sw":"12.1.1",
             "ft":"%prefix%/%topic%/","tp":["cmnd","stat","tele"]}
            """
        #expect(try tasmota(json)?.sensorTopic == "tele/bag7/SENSOR")
        let other = json.replacing("%prefix%/%topic%/", with: "home/%topic%/%prefix%")
        #expect(try tasmota(other)?.sensorTopic == "home/bag7/tele/SENSOR")
        for wrong in [
            "[]", "{}", json.replacing("bag7", with: "#"),
            json.replacing("\"cmnd\",", with: ""),
        ] {
            #expect(try tasmota(wrong) == nil)
        }
    }

    private static func source(_ address: String) -> String {
        "tasmota/discovery/\(address)/config"
    }

    private static func announcement(_ topic: String) -> String {
        """
        {"mac":"A4CF12345678","t":"\(topic)","ft":"%topic%/%prefix%/","tp":["cmnd","stat","tele"]}
        """
    }

    @Test(
        "B-3: Tasmota devices announce themselves on topics of one form",
        arguments: [
            ("tasmota/discovery/A4CF12345678/config", true),
            ("tasmota/discovery/A4CF12345678/sensors", false),
            ("tasmota/discovery/config", false), ("tasmota/discovery//config", false),
            ("tasmota/discovery/a/b/config", false), ("homeassistant/sensor/a/config", false),
        ])
    func tasmotaTopics(topic: String, isOne: Bool) {
        #expect(TasmotaDevice.isAnnouncement(topic: Array(topic.utf8).span) == isOne)
    }

    @Test("B-3: what a Tasmota device announced is replaced and withdrawn, and there is a limit")
    func tasmotaLife() throws {
        var document = try JSONDocument()
        var announced = AnnouncedTasmota(limit: 2)
        func take(_ payload: String, by address: String) throws(DecodingFailure) {
            try announced.take(
                Array(Self.source(address).utf8).span, Array(payload.utf8).span, &document)
        }
        func holds(_ topic: String) -> Bool { announced.holds(Array(topic.utf8).span) }
        try take(Self.announcement("a"), by: "1")
        try take(Self.announcement("a"), by: "2")
        #expect(announced.takeNewFilters() == ["a/tele/SENSOR"])
        #expect(throws: DecodingFailure.self) { try take(Self.announcement("c"), by: "3") }
        for wrong in ["{", "{}", "[]"] {
            #expect(throws: DecodingFailure.self) { try take(wrong, by: "1") }
        }
        try take(Self.announcement("b"), by: "1")
        #expect(holds("a/tele/SENSOR") && holds("b/tele/SENSOR") && !holds("c/tele/SENSOR"))
        try take("", by: "2")
        #expect(!holds("a/tele/SENSOR"))
        #expect(announced.takeNewFilters() == ["b/tele/SENSOR"])
        for round in 0..<200 { try take(Self.announcement("r\(round)"), by: "1") }
        #expect(announced.takeNewFilters().count == 200)
        try take(Self.announcement("r199"), by: "1")
        #expect(announced.takeNewFilters().isEmpty)
        #expect(holds("r199/tele/SENSOR") && !holds("r198/tele/SENSOR"))
    }
}
