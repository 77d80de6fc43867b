import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("What devices announce to Home Assistant (B-3)")
struct HomeAssistantDiscoveryTests {
    private func read(
        _ json: String, _ topic: String = "homeassistant/sensor/0x1/temperature/config"
    ) throws -> [Result<Announcement, AnnouncementRefusal>] {
        var document = try JSONDocument()
        let root = try document.read(Array(json.utf8).span)
        return HomeAssistantDiscovery.read(document, root, Array(topic.utf8).span)
    }

    /// A temperature whose announcement has these members besides.
    private func temperature(
        _ members: String
    ) throws -> Result<Announcement, AnnouncementRefusal>? {
        try read(
            #"{"stat_t":"a/b","dev_cla":"temperature","unit_of_meas":"°C","dev":{"ids":"x"}\#(members)}"#
        ).first
    }

    @Test("B-3: an announcement is read with its names in full")
    func long() throws {
        let results = try read(
            """
            {"state_topic":"zigbee2mqtt/bag 7","device_class":"temperature","expire_after":3600,
             "unit_of_measurement":"°F","value_template":"{{ value_json.temperature }}",
             "availability_topic":"zigbee2mqtt/bridge/state",
             "device":{"identifiers":["bag-7"],"name":"Bag 7"}}
            """)
        #expect(
            results == [
                .success(
                    Announcement(
                        stateTopic: "zigbee2mqtt/bag 7", device: "bag-7", name: "Bag 7",
                        quantity: .temperature, form: .number(.fahrenheit),
                        path: ["temperature"], expireAfterSeconds: 3600,
                        availabilityTopic: "zigbee2mqtt/bridge/state"))
            ])
    }

    @Test("B-3: an announcement is read with its names abbreviated, and the base put in")
    func short() throws {
        let results = try read(
            """
            {"~":"kitchen","stat_t":"~/sensor/air/state","dev_cla":"humidity","avty_t":"~/status",
             "dev":{"cns":[["bt","x"],["mac","c8:25:2d:01:02:03"]],"name":"Kitchen"}}
            """, "homeassistant/sensor/air/config")
        #expect(
            results == [
                .success(
                    Announcement(
                        stateTopic: "kitchen/sensor/air/state", device: "C8252D010203",
                        name: "Kitchen", quantity: .humidity, form: .number(.percent),
                        availabilityTopic: "kitchen/status"))
            ])
        let behind = try read(
            #"{"~":"kitchen","stat_t":"x/~","dev_cla":"battery","dev":{"ids":"a"}}"#)
        #expect(try behind.first?.get().stateTopic == "x/kitchen")
    }

    @Test(
        "B-3: the device is known by a hardware address wherever it tells one",
        arguments: [
            (#"{"ids":["zigbee2mqtt_0x00158d0001e8f1a2"]}"#, "00158D0001E8F1A2"),
            (#"{"ids":"a4c13852680f"}"#, "A4C13852680F"),
            (#"{"ids":["garden","A4:C1:38:52:68:0F"]}"#, "A4C13852680F"),
            (#"{"ids":["garden"],"cns":[["mac","A4C13852680F"]]}"#, "A4C13852680F"),
            (#"{"ids":["garden","shed"]}"#, "garden"), (#"{"ids":["0x12"]}"#, "0x12"),
        ])
    func devices(device: String, expected: String) throws {
        let result = try read(
            #"{"stat_t":"a","dev_cla":"humidity","device":\#(device)}"#
        ).first
        #expect(try result?.get().device == expected)
    }

    @Test(
        "B-3: quantities are those that the log keeps",
        arguments: [
            (
                "sensor", #""dev_cla":"temperature","unit_of_meas":"K""#, .temperature,
                .number(.kelvin)
            ),
            ("sensor", #""unit_of_meas":"°C""#, .temperature, .number(.celsius)),
            ("sensor", #""dev_cla":"battery""#, .battery, .number(.percent)),
            (
                "sensor", #""dev_cla":"voltage","unit_of_meas":"mV","ent_cat":"diagnostic""#,
                .batteryVoltage, .number(.millivolts)
            ),
            (
                "sensor",
                #""dev_cla":"voltage","unit_of_meas":"V","val_tpl":"{{value_json.battery_v}}""#,
                .batteryVoltage, .number(.volts)
            ),
            (
                "sensor", #""dev_cla":"atmospheric_pressure","unit_of_meas":"hPa""#, .pressure,
                .number(.hectopascals)
            ),
            ("sensor", #""dev_cla":"carbon_dioxide""#, .carbonDioxide, .number(.partsPerMillion)),
            (
                "sensor", #""dev_cla":"pm25","unit_of_meas":"µg/m³""#, .particulates,
                .number(.microgramsPerCubicMetre)
            ),
            ("binary_sensor", #""dev_cla":"door""#, .opening, .truth(on: "ON", off: "OFF")),
            (
                "binary_sensor", #""dev_cla":"window","pl_on":false,"pl_off":true"#, .opening,
                .truth(on: "false", off: "true")
            ),
            (
                "binary_sensor", #""dev_cla":"vibration","pl_on":1,"pl_off":0"#, .motion,
                .truth(on: "1", off: "0")
            ),
        ] as [(String, String, Quantity, Announcement.Form)])
    func quantities(
        component: String, members: String, quantity: Quantity, form: Announcement.Form
    ) throws {
        let announcement = try read(
            #"{"stat_t":"a","dev":{"ids":"x"},\#(members)}"#, "homeassistant/\(component)/x/config"
        ).first?.get()
        #expect(announcement?.quantity == quantity)
        #expect(announcement?.form == form)
    }

    @Test(
        "B-3: a template that is the path of a value is read",
        arguments: [
            ("{{ value_json.temperature }}", ["temperature"]),
            ("{{value_json.a.b_2}}", ["a", "b_2"]),
            ("{{ value_json['DS18B20-1'].Temperature }}", ["DS18B20-1", "Temperature"]),
            (#"{{ value_json["a b"]['c'] }}"#, ["a b", "c"]),
            ("{{ value_json.tempc | is_defined }}", ["tempc"]),
            ("{{ value_json.t|float(0)|round(1) }}", ["t"]),
            ("{{ value_json.t | default('') | int }}", ["t"]),
            ("{{ value }}", []), ("{{ value | float }}", []), ("{{ value_json }}", []),
        ])
    func templates(template: String, path: [String]) throws {
        let escaped = template.replacing("\"", with: "\\\"")
        #expect(try temperature(#","val_tpl":"\#(escaped)""#)?.get().path == path)
    }

    @Test(
        "B-3: a template that is more than a path is refused, and said to be so",
        arguments: [
            "{{ value_json.t / 10 }}", "{{ value_json.t | multiply(2) }}", "{{ value_json.a[0] }}",
            "{% if value_json.t %}1{% endif %}", "{{ value_json.get('t') }}", "{{ states('x') }}",
            "value_json.t", "{{ value_json. }}", "{{ value_json['a\\\\'] }}", "{{ value_json.1 }}",
            "{{ value_json['a] }}", "{{ value_json.a | }}", "{{ value.a }}", "{{ }}", "{{}}", "",
            "{{ value_json.a | round( }}", "{{ value_json.a }} °C", "{{ value_jsonx }}",
            "{{ value_json.a.b.c.d.e.f.g.h.i }}",
        ])
    func unsupportedTemplates(template: String) throws {
        let result = try temperature(#","val_tpl":"\#(template)""#)
        let text = template.replacing("\\\\", with: "\\")
        #expect(result == .failure(.unsupportedTemplate(text)))
    }

    @Test(
        "B-3: what cannot be read is refused for its reason",
        arguments: [
            ("sensor", "[]", .notAnObject),
            ("light", #"{"stat_t":"a"}"#, .unsupportedComponent("light")),
            ("sensor", #"{"dev_cla":"temperature"}"#, .missingField("state_topic")),
            ("sensor", #"{"stat_t":"a"}"#, .missingField("device")),
            ("sensor", #"{"stat_t":"a","dev":{"name":"n"}}"#, .missingField("identifiers")),
            ("sensor", ##"{"stat_t":"#"}"##, .unusableTopic("#")),
            ("sensor", #"{"stat_t":"a/+/b"}"#, .unusableTopic("a/+/b")),
            ("sensor", #"{"stat_t":"$SYS/x"}"#, .unusableTopic("$SYS/x")),
            ("sensor", #"{"stat_t":""}"#, .unusableTopic("")),
            ("sensor", #"{"stat_t":"a","dev":{"ids":["b\u0001"]}}"#, .unusableName("b\u{1}")),
            (
                "sensor", #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"power"}"#,
                .unsupportedQuantity("power")
            ),
            (
                "sensor",
                #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"temperature","ent_cat":"diagnostic"}"#,
                .unsupportedQuantity("diagnostic temperature")
            ),
            (
                "sensor", #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"voltage"}"#,
                .unsupportedQuantity("voltage")
            ),
            (
                "sensor", #"{"stat_t":"a","dev":{"ids":"x"},"unit_of_meas":"%"}"#,
                .unsupportedQuantity("")
            ),
            (
                "sensor", #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"temperature"}"#,
                .unknownUnit("")
            ),
            (
                "sensor",
                #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"pressure","unit_of_meas":"kPa"}"#,
                .unknownUnit("kPa")
            ),
            (
                "sensor",
                #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"humidity","unit_of_meas":"°C"}"#,
                .unknownUnit("°C")
            ),
            (
                "binary_sensor", #"{"stat_t":"a","dev":{"ids":"x"},"dev_cla":"motion"}"#,
                .unsupportedQuantity("motion")
            ),
            ("device", #"{"dev":{"ids":"x"}}"#, .missingField("components")),
        ] as [(String, String, AnnouncementRefusal)])
    func refused(component: String, json: String, expected: AnnouncementRefusal) throws {
        let result = try read(json, "homeassistant/\(component)/x/config")
        #expect(result == [.failure(expected)])
    }

    @Test("B-3: a device announces its values together, and withdraws one by its platform alone")
    func deviceBased() throws {
        let results = try read(
            """
            {"dev":{"ids":"A4C13852680F"},"stat_t":"bag7","cmps":{
              "t":{"p":"sensor","dev_cla":"temperature","unit_of_meas":"°C",
                   "val_tpl":"{{ value_json.t }}"},
              "old":{"p":"sensor"},
              "h":{"p":"sensor","dev_cla":"humidity","val_tpl":"{{ value_json.h }}"},
              "l":{"p":"light","name":"lamp"}}}
            """, "homeassistant/device/bag7/config")
        #expect(results.count == 3)
        #expect(try results[0].get().path == ["t"])
        #expect(try results[1].get().quantity == .humidity)
        #expect(results[2] == .failure(.unsupportedComponent("light")))
    }

    @Test("B-8: no announcement stops the reader")
    func hostile() throws {
        let seed = """
            {"~":"k","stat_t":"~/s","dev_cla":"temperature","unit_of_meas":"°C","val_tpl":
            "{{ value_json['a'].b | round(1) }}","dev":{"ids":["0x12"],"cns":[["mac","aa"]]},
            "cmps":{"t":{"p":"sensor","dev_cla":"humidity"}}}
            """
        var document = try JSONDocument()
        let topics = ["homeassistant/sensor/x/config", "homeassistant/device/x/config"]
        for (index, bytes) in hostileDocuments(from: seed, count: 5_000).enumerated() {
            guard let root = try? document.read(bytes.span) else { continue }
            let topic = Array(topics[index % 2].utf8)
            for result in HomeAssistantDiscovery.read(document, root, topic.span) {
                guard case .success(let announcement) = result else { continue }
                #expect(!announcement.stateTopic.isEmpty && !announcement.device.isEmpty)
            }
        }
    }
}
