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

    private func shelly(_ json: String) throws -> ShellyDeviceInfo? {
        var document = try JSONDocument()
        let root = try document.read(Array(json.utf8).span)
        return ShellyDeviceInfo(document, root)
    }

    @Test("B-3: a Shelly device tells its name, address, model and generation")
    func shellyInfo() throws {
        let json = """
            {"id":"shellyplusht-b8d61a8b17cc","mac":"B8D61A8B17CC","model":"SNSN-0013A","gen":2,
             "name":null,"ver":"1.0.3"}
            """
        let info = try #require(try shelly(json))
        #expect(info.id == "shellyplusht-b8d61a8b17cc")
        #expect(info.address == "B8D61A8B17CC")
        #expect(info.model == "SNSN-0013A" && info.generation == 2 && info.firmware == "1.0.3")
        #expect(info.name == nil)
        #expect(try shelly(#"{"id":1,"src":"x","result":\#(json)}"#) == info)
        for wrong in [
            "[]", "{}", json.replacing("B8D61A8B17CC", with: "x"),
            json.replacing("\"gen\":2", with: "\"gen\":1"),
        ] {
            #expect(try shelly(wrong) == nil)
        }
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
        let device = try #require(try tasmota(json))
        #expect(device.address == "A4CF12345678" && device.topic == "bag7")
        #expect(device.sensorTopic == "tele/bag7/SENSOR")
        #expect(device.availabilityTopic == "tele/bag7/LWT")
        #expect(device.name == "Kitchen" && device.model == "Generic")
        #expect(device.firmware == "12.1.1")
        let other = json.replacing("%prefix%/%topic%/", with: "home/%topic%/%prefix%")
        #expect(try tasmota(other)?.sensorTopic == "home/bag7/tele/SENSOR")
        for wrong in [
            "[]", "{}", json.replacing("bag7", with: "#"),
            json.replacing("\"cmnd\",", with: ""),
        ] {
            #expect(try tasmota(wrong) == nil)
        }
    }
}
