import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Topics that devices announce (B-3)")
struct AnnouncedTopicsTests {
    private func announcement(
        _ topic: String, _ device: String, _ quantity: Quantity = .temperature,
        path: [String] = [], probe: Int? = nil, form: Announcement.Form = .number(.celsius)
    ) -> Announcement {
        Announcement(
            stateTopic: topic, device: device, quantity: quantity, probe: probe, form: form,
            path: path)
    }

    /// What a message comes to; nil where its topic is not announced.
    private func decode(
        _ topics: AnnouncedTopics, _ topic: String, _ payload: String
    ) throws -> SampleBatch? {
        var document = try JSONDocument()
        var batch = SampleBatch()
        let isAnnounced = try topics.decode(
            Array(topic.utf8).span, Array(payload.utf8).span, MessageContext(receivedAt: noon),
            &document, into: &batch)
        return isAnnounced ? batch : nil
    }

    private func take(
        _ topics: inout AnnouncedTopics, _ topic: String, _ payload: String
    ) throws -> [AnnouncementRefusal] {
        var document = try JSONDocument()
        return try topics.take(Array(topic.utf8).span, Array(payload.utf8).span, &document)
    }

    @Test("B-3: a number on an announced topic is read in the announced unit")
    func plain() throws {
        var topics = AnnouncedTopics()
        try topics.announce(
            [announcement("k/air/state", "K", form: .number(.fahrenheit))], by: "c/1")
        #expect(topics.takeNewFilters() == ["k/air/state"])
        let batch = try #require(try decode(topics, "k/air/state", "41"))
        #expect(batch.spelled == ["temperature 5.0"])
        #expect(batch.device() == "K")
        #expect(
            try decode(topics, "k/air/state", "nan")?.spelled == ["temperature not_available"])
        #expect(try decode(topics, "k/air/stat", "41") == nil)
        #expect(throws: DecodingFailure.self) {
            try decode(topics, "k/air/state", String(repeating: "x", count: 65))
        }
    }

    @Test("B-3: a topic is to be subscribed to when it is announced and was not before")
    func newFilters() throws {
        var topics = AnnouncedTopics(limit: 4)
        try topics.announce([announcement("b", "B"), announcement("a", "A")], by: "c/1")
        try topics.announce([announcement("a", "C"), announcement("c", "C")], by: "c/2")
        #expect(topics.takeNewFilters() == ["a", "b", "c"])
        #expect(topics.takeNewFilters().isEmpty)
        try topics.announce([announcement("a", "A", .humidity)], by: "c/1")
        #expect(topics.takeNewFilters().isEmpty)
        #expect(throws: AnnouncementRefusal.tooMany) {
            try topics.announce([announcement("d", "D"), announcement("e", "E")], by: "c/3")
        }
        #expect(topics.takeNewFilters().isEmpty)
        try topics.announce([announcement("b", "B")], by: "c/1")
        #expect(topics.takeNewFilters() == ["b"])
    }

    @Test("B-3: several values of a device on one topic are one sample")
    func document() throws {
        var topics = AnnouncedTopics()
        try topics.announce([announcement("b", "B", path: ["tempc"])], by: "c/t")
        try topics.announce(
            [announcement("b", "B", .humidity, path: ["h"], form: .number(.percent))], by: "c/h")
        try topics.announce([announcement("b", "A", path: ["x", "y z"])], by: "c/0")
        let batch = try #require(
            try decode(topics, "b", #"{"tempc":4.5,"h":"61.5","x":{"y z":null},"tempf":40}"#))
        #expect(batch.samples.count == 2)
        #expect(Set((0..<2).map { batch.device(ofSample: $0) }) == ["A", "B"])
        #expect(
            Set(batch.spelled) == ["temperature 4.5", "humidity 61.5", "temperature not_available"])
        #expect(try decode(topics, "b", #"{"h":50}"#)?.spelled == ["humidity 50.0"])
        #expect(try decode(topics, "b", #"{"other":50}"#)?.isStatus == true)
        #expect(
            try decode(topics, "b", #"{"x":5,"tempc":{}}"#)?.spelled == ["temperature not_a_number"]
        )
        #expect(throws: DecodingFailure.self) { try decode(topics, "b", "online") }
    }

    @Test("B-3: the two words of a truth are the announced ones, as text or as JSON")
    func truths() throws {
        var topics = AnnouncedTopics()
        try topics.announce(
            [
                announcement(
                    "b", "B", .opening, path: ["contact"], form: .truth(on: "false", off: "true"))
            ], by: "c")
        try topics.announce(
            [announcement("d", "D", .opening, form: .truth(on: "ON", off: "OFF"))], by: "d")
        try topics.announce(
            [announcement("n", "N", .motion, path: ["m"], form: .truth(on: "1", off: "0"))], by: "n"
        )
        #expect(try decode(topics, "b", #"{"contact":false}"#)?.spelled == ["opening 1.0"])
        #expect(try decode(topics, "b", #"{"contact":true}"#)?.spelled == ["opening 0.0"])
        #expect(try decode(topics, "b", #"{"contact":"False"}"#)?.spelled == ["opening 1.0"])
        #expect(try decode(topics, "b", #"{"contact":null}"#)?.spelled == ["opening not_available"])
        #expect(try decode(topics, "b", #"{"contact":7}"#)?.spelled == ["opening not_a_number"])
        #expect(try decode(topics, "d", "ON")?.spelled == ["opening 1.0"])
        #expect(try decode(topics, "d", "off")?.spelled == ["opening 0.0"])
        #expect(try decode(topics, "d", "ajar")?.spelled == ["opening not_a_number"])
        #expect(try decode(topics, "d", "unavailable")?.spelled == ["opening not_available"])
        #expect(try decode(topics, "n", #"{"m":1}"#)?.spelled == ["motion 1.0"])
        #expect(try decode(topics, "n", #"{"m":false}"#)?.spelled == ["motion not_a_number"])
    }

    @Test("B-3: probes do not depend on the order in which announcements come")
    func probes() throws {
        let sources = ["c/fridge", "c/freezer", "c/air"]
        var filters: Set<[String]> = []
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            var topics = AnnouncedTopics()
            for index in order {
                try topics.announce(
                    [announcement("t/\(sources[index])", "K")], by: sources[index])
            }
            filters.insert(
                try sources.map { try decode(topics, "t/\($0)", "4")?.spelled.first ?? "" })
        }
        #expect(filters == [["temperature/2 4.0", "temperature/1 4.0", "temperature 4.0"]])
    }

    @Test("B-3: a probe that is told is kept, and the others are numbered around it")
    func toldProbes() throws {
        var topics = AnnouncedTopics()
        try topics.announce(
            [
                announcement("b", "B", path: ["a"]), announcement("b", "B", path: ["c"], probe: 0),
                announcement("b", "B", path: ["d"]),
            ], by: "c")
        #expect(
            try decode(topics, "b", #"{"a":1,"c":2,"d":3}"#)?.spelled
                == ["temperature 2.0", "temperature/1 1.0", "temperature/2 3.0"])
        let both = [
            announcement("b", "B", path: ["a"], probe: 1),
            announcement("b", "B", path: ["x", "a"], probe: 1),
        ]
        try topics.announce(both, by: "c")
        #expect(
            try decode(topics, "b", #"{"a":1,"x":{"a":2}}"#)?.spelled
                == ["temperature/1 1.0", "temperature 2.0"])
    }

    @Test("B-3: the same value announced twice is read once")
    func twice() throws {
        var topics = AnnouncedTopics()
        for source in ["c/1", "c/2"] {
            try topics.announce([announcement("b", "B", path: ["t"])], by: source)
        }
        #expect(try decode(topics, "b", #"{"t":4}"#)?.spelled == ["temperature 4.0"])
        try topics.announce([], by: "c/1")
        #expect(try decode(topics, "b", #"{"t":4}"#)?.spelled == ["temperature 4.0"])
        try topics.announce([], by: "c/2")
        #expect(try decode(topics, "b", #"{"t":4}"#) == nil)
        #expect(topics.isEmpty && topics.announcements.isEmpty)
    }

    @Test("B-3: an announcement is changed by a later one and withdrawn by an empty one")
    func taking() throws {
        var topics = AnnouncedTopics()
        let config = "homeassistant/sensor/x/config"
        func json(_ topic: String) -> String {
            #"{"stat_t":"\#(topic)","dev_cla":"humidity","dev":{"ids":"x"}}"#
        }
        #expect(AnnouncedTopics.isAnnouncement(topicText: config))
        #expect(try take(&topics, config, json("a")).isEmpty)
        #expect(topics.takeNewFilters() == ["a"])
        #expect(try take(&topics, config, json("b")).isEmpty)
        #expect(topics.takeNewFilters() == ["b"])
        #expect(throws: DecodingFailure.self) { try take(&topics, config, "{") }
        #expect(topics.announcements.map(\.stateTopic) == ["b"])
        #expect(try take(&topics, config, "{}") == [.missingField("state_topic")])
        #expect(topics.isEmpty)
        #expect(try take(&topics, config, json("a")).isEmpty)
        #expect(try take(&topics, config, "").isEmpty)
        #expect(topics.isEmpty && topics.announcements.isEmpty)
    }

    @Test("B-3: a bridge's devices and Home Assistant's announcement of them are one device")
    func zigbee() throws {
        var topics = AnnouncedTopics()
        let refusals = try take(
            &topics, "zigbee2mqtt/bridge/devices",
            """
            [{"ieee_address":"0x00158d0001e8f1a2","friendly_name":"bag 7","definition":{"exposes":[
              {"type":"numeric","property":"temperature","unit":"°C","access":1},
              {"type":"numeric","property":"voltage","unit":"mV","access":1}]}}]
            """)
        #expect(refusals.isEmpty)
        let announced = try take(
            &topics, "homeassistant/sensor/0x00158d0001e8f1a2/temperature/config",
            """
            {"stat_t":"zigbee2mqtt/bag 7","dev_cla":"temperature","unit_of_meas":"°C",
             "val_tpl":"{{ value_json.temperature }}","dev":{"ids":["zigbee2mqtt_0x00158d0001e8f1a2"]}}
            """)
        #expect(announced.isEmpty)
        let batch = try #require(
            try decode(
                topics, "zigbee2mqtt/bag 7",
                #"{"temperature":-100,"voltage":2995,"last_seen":1795175940000}"#))
        #expect(batch.samples.count == 1)
        #expect(batch.device() == "00158D0001E8F1A2")
        #expect(
            Set(batch.spelled) == ["temperature not_available", "battery_voltage 2.995"])
        #expect(batch.samples.first?.timeSource == .gateway)
        #expect(try take(&topics, "zigbee2mqtt/bridge/devices", "{}") == [.notAnObject])
    }

    @Test(
        "B-3: announcements are known by their topics",
        arguments: [
            ("homeassistant/sensor/x/config", true), ("ha/sensor/node/x/config", true),
            ("homeassistant/config", false), ("homeassistant/sensor/a/b/c/config", false),
            ("homeassistant//x/config", false), ("zigbee2mqtt/bridge/devices", true),
            ("a/b/bridge/devices", true), ("bridge/devices", false), ("a/devices", false),
            ("", false),
        ])
    func announcementTopics(topic: String, expected: Bool) {
        #expect(AnnouncedTopics.isAnnouncement(topicText: topic) == expected)
    }

    @Test("B-8: the table is bounded, as a whole and for one device")
    func bounded() throws {
        var topics = AnnouncedTopics(limit: 300)
        let many = (0..<256).map { announcement("t/\($0)", "K") }
        try topics.announce(many, by: "c/1")
        #expect(throws: AnnouncementRefusal.tooMany) {
            try topics.announce([announcement("t/x", "K")], by: "c/2")
        }
        try topics.announce((0..<44).map { announcement("u/\($0)", "L") }, by: "c/3")
        #expect(throws: AnnouncementRefusal.tooMany) {
            try topics.announce([announcement("v", "M")], by: "c/4")
        }
        #expect(topics.announcements.count == 300)
        #expect(try decode(topics, "t/255", "4")?.samples.count == 1)
    }

    @Test("B-8: withdrawn topics are forgotten, however many there were")
    func churn() throws {
        var topics = AnnouncedTopics(limit: 10)
        try topics.announce([announcement("stays", "S")], by: "s")
        for round in 0..<500 {
            try topics.announce([announcement("t/\(round)", "K")], by: "c")
        }
        #expect(topics.announcements.map(\.stateTopic) == ["t/499", "stays"])
        #expect(try decode(topics, "stays", "4")?.spelled == ["temperature 4.0"])
        #expect(try decode(topics, "t/499", "4")?.spelled == ["temperature 4.0"])
        #expect(try decode(topics, "t/1", "4") == nil)
    }
}

extension AnnouncedTopics {
    fileprivate static func isAnnouncement(topicText: String) -> Bool {
        isAnnouncement(topic: Array(topicText.utf8).span)
    }
}
