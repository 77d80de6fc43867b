// Written by Sources/embed from the files under Devices; change those.
// swift-format-ignore-file: the texts keep their own lines.

/// The profiles that are part of the program.
enum ShippedProfiles {
    /// Each file by its path under `Devices`, with its text.
    static let files: [(path: String, text: String)] = [
        (
            path: "cayenne/lpp/profile.yaml",
            text: #"""
            id: cayenne/lpp
            version: 1
            description: LoRaWAN devices that send Cayenne's Low Power Payload.
            format: cayenne_lpp
            carrier: bag

            fields:
              temperature: {range: [-100, 200], plausible: [-40, 80], resolution: 0.1}
              humidity: {range: [0, 100], resolution: 0.5}

            examples:
              - title: two temperatures
                hex: 03670110 056700ff
                samples:
                  - {temperature: 27.2, temperature.1: 25.5}

            """#
        ),
        (
            path: "chirpstack/v4/profile.yaml",
            text: #"""
            id: chirpstack/v4
            version: 1
            description: >-
              Events of ChirpStack, versions 3 and 4, as JSON. The devices' own frames are decoded by the profile
              that the registry has for each device.
            format: chirpstack
            topic:
              - application/{application}/device/{eui}/event/{event}
              - application/{application}/device/{eui}/rx
            carrier: bag

            examples:
              - title: the battery that the device reports to the network
                topic: application/17/device/0101010101010101/event/status
                payload: >-
                  {"deduplicationId":"bf2a9746-1c8b-49be-a92e-f0b89c8534e4","time":"2026-12-31T23:59:50.927172638+00:00",
                  "deviceInfo":{"applicationName":"bags","deviceName":"bag 7","devEui":"0101010101010101"},
                  "margin":10,"batteryLevel":88.3}
                samples:
                  - {device: "0101010101010101", time: 2026-12-31T23:59:50.927Z, battery: 88.3}
              - title: a device joins
                topic: application/17/device/0101010101010101/event/join
                payload: >-
                  {"deduplicationId":"c9dbe358-2578-4fb7-b295-66b44edc45a6","time":"2026-12-31T23:59:50+00:00",
                  "deviceInfo":{"devEui":"0101010101010101"},"devAddr":"00189440"}
                status: true

            """#
        ),
        (
            path: "dragino/lht65/profile.yaml",
            text: #"""
            id: dragino/lht65
            version: 1
            description: Dragino's LHT65, LHT65N and LHT65S with their external probes.
            format: dragino_lht65
            carrier: bag
            models: [dragino/lht65, dragino/lht65n, dragino/lht65s]
            expected_interval: 20m

            fields:
              temperature: {range: [-55, 125], plausible: [-40, 80], resolution: 0.01}
              humidity: {range: [0, 100], resolution: 0.1}

            examples:
              - title: an external DS18B20
                port: 2
                hex: cbf60b0d0376010add7fff
                samples:
                  - {temperature: 28.29, humidity: 88.6, battery_voltage: 3.062, temperature.1: 27.81}
              - title: no probe is connected
                port: 2
                hex: cbc6008200f2017fff7fff
                samples:
                  - {temperature: 1.3, humidity: 24.2, battery_voltage: 3.014, temperature.1: probe_absent}

            """#
        ),
        (
            path: "dragino/lsn50v2/profile.yaml",
            text: #"""
            id: dragino/lsn50v2
            version: 1
            description: Dragino's LSN50, LSN50v2, D20, D22 and D23 with up to three DS18B20.
            format: dragino_lsn50
            carrier: bag
            models: [dragino/lsn50v2, dragino/lsn50v2-d20-d22-d23]
            expected_interval: 20m

            fields:
              temperature: {range: [-55, 125], plausible: [-40, 80], resolution: 0.1}
              humidity: {range: [0, 100], resolution: 0.1}

            examples:
              - title: three DS18B20, the third one gone
                port: 2
                hex: 0b54 00fc 0000 0c 0032 7fff
                samples:
                  - {battery_voltage: 2.9, temperature: 25.2, temperature.1: 5, temperature.2: probe_absent}

            """#
        ),
        (
            path: "dragino/trackerd/profile.yaml",
            text: #"""
            id: dragino/trackerd
            version: 1
            description: Dragino's TrackerD, a LoRaWAN tracker with temperature and humidity.
            format: dragino_trackerd
            carrier: bag
            models: [dragino/trackerd]
            expected_interval: 20m

            fields:
              temperature: {range: [-55, 125], plausible: [-40, 80], resolution: 0.1}
              humidity: {range: [0, 100], resolution: 0.1}

            examples:
              - title: without a fix
                port: 2
                hex: 00000000000000000fa22002a70110
                samples:
                  - {temperature: 27.2, humidity: 67.9, battery_voltage: 4.002, notes: [no_fix]}

            """#
        ),
        (
            path: "elsys/ers/profile.yaml",
            text: #"""
            id: elsys/ers
            version: 1
            description: LoRaWAN sensors of Elsys (ERS, ELT, EMS, EXT …), which share one format.
            format: elsys
            carrier: bag
            models: [elsys/ers, elsys/elt2, elsys/ems, elsys/ers-co2]
            expected_interval: 10m

            fields:
              temperature: {range: [-60, 200], plausible: [-40, 80], resolution: 0.1}
              humidity: {range: [0, 100], resolution: 1}

            examples:
              - title: below zero
                port: 5
                hex: 01ffce 0250
                samples:
                  - {temperature: -5, humidity: 80}
              - title: an external probe
                port: 5
                hex: 0100c8 0c0096
                samples:
                  - {temperature: 20, temperature.1: 15}

            """#
        ),
        (
            path: "flespi/stream/profile.yaml",
            text: #"""
            id: flespi/stream
            version: 1
            description: Messages of any tracker that flespi speaks to, from its MQTT broker.
            format: flespi
            topic:
              - flespi/message/gw/devices/{number}
              - flespi/message/gw/channels/{channel}/{name}
            carrier: vehicle
            expected_interval: 60s
            device_class: vehicle_tracker

            fields:
              temperature: {range: [-60, 150], plausible: [-40, 80]}

            examples:
              - title: a tracker with a refrigerator's probe
                payload: >-
                  {"ident":"352625069000000","timestamp":1798761590.013,"position.latitude":53.90821,
                  "position.longitude":27.524165,"position.altitude":300,"position.direction":90,"position.speed":36,
                  "position.satellites":7,"position.valid":true,"refrigerator.sensor.temperature#1":4.5}
                samples:
                  - device: "352625069000000"
                    time: 2026-12-31T23:59:50.013Z
                    lat: 53.90821
                    lon: 27.524165
                    altitude: 300
                    heading: 90
                    speed: 10
                    temperature.21: 4.5

            """#
        ),
        (
            path: "generic/bag/profile.yaml",
            text: #"""
            id: generic/bag
            version: 1
            description: >-
              A temperature sensor in an insulated bag that sends plain JSON, one reading or an array of
              readings it buffered while it was out of reach.
            topic: bags/{bag}/readings
            format: json
            expected_interval: 60s
            probe_position: air
            device_class: bag_probe

            time: {path: t, kind: epoch_ms}
            sequence: {path: seq}

            fields:
              temperature:
                path: temperature
                unit: °C
                # What a digital probe can measure.
                range: [-40, 85]
                # From a frozen bag with dry ice to a hot one. The value 85, which the common DS18B20 gives
                # before its first measurement, lies outside and is suspect.
                plausible: [-40, 80]
              humidity:
                path: humidity
                unit: "%"
                range: [0, 100]
              battery:
                path: battery
                unit: "%"
                range: [0, 100]

            examples:
              - title: one reading
                payload: '{"t":1795176000000,"temperature":4.2,"humidity":61.5,"battery":88,"seq":17}'
                samples:
                  - {time: 2026-11-20T12:00:00Z, sequence: 17, temperature: 4.2, humidity: 61.5, battery: 88}
              - title: readings buffered while the bag was offline
                payload: >-
                  [{"t":1795176000000,"temperature":4.2,"seq":17},
                  {"t":1795176060000,"temperature":4.4,"seq":18}]
                samples:
                  - {time: 2026-11-20T12:00:00Z, sequence: 17, temperature: 4.2}
                  - {time: 2026-11-20T12:01:00Z, sequence: 18, temperature: 4.4}
              - title: a device without a clock leaves the time out
                payload: '{"temperature":4.2}'
                samples:
                  - {temperature: 4.2}
              - title: a bad row and a bad field cost only themselves
                payload: >-
                  [{"t":1795176000000,"temperature":"warm","humidity":60},
                  {"t":"noon","temperature":4.3},
                  {"t":1795176120000,"temperature":4.4}]
                samples:
                  - {time: 2026-11-20T12:00:00Z, humidity: 60}
                  - {time: 2026-11-20T12:02:00Z, temperature: 4.4}
                rejections:
                  - {row: 0, reason: "wrong_type:temperature"}
                  - {row: 1, reason: invalid_time}
              - title: a sensor that failed measures nothing
                payload: '{"t":1795176000000,"temperature":null,"seq":19}'
                failure: nothing_measured
              - title: NaN is not a temperature
                payload: '{"t":1795176000000,"temperature":NaN}'
                failure: not_finite
              - title: a message cut short
                payload: '{"t":1795176000000,"temperature":4.'
                failure: not_json

            """#
        ),
        (
            path: "generic/tracker/profile.yaml",
            text: #"""
            id: generic/tracker
            version: 1
            description: >-
              A vehicle tracker or a rider's phone that sends plain JSON, one fix or an array of fixes it
              buffered while it was out of reach.
            topic: vehicles/{vehicle}/location
            format: json
            expected_interval: 10s
            device_class: vehicle_tracker

            time: {path: t, kind: epoch_ms}
            sequence: {path: seq}

            fields:
              lat: {path: lat, unit: °}
              lon: {path: lon, unit: °}
              speed: {path: speed, unit: km/h}
              heading: {path: heading, unit: °}
              accuracy: {path: accuracy, unit: m}
              battery: {path: battery, unit: "%", range: [0, 100]}

            examples:
              - title: one fix
                payload: >-
                  {"t":1795176000000,"lat":48.137154,"lon":11.576124,"speed":36,"heading":270,"accuracy":5,
                  "battery":71,"seq":4}
                samples:
                  # The log keeps metres a second.
                  - time: 2026-11-20T12:00:00Z
                    sequence: 4
                    lat: 48.137154
                    lon: 11.576124
                    speed: 10
                    heading: 270
                    accuracy: 5
                    battery: 71
              - title: fixes buffered in a tunnel
                payload: >-
                  [{"t":1795176000000,"lat":48.1371,"lon":11.5761},{"t":1795176010000,"lat":48.1375,"lon":11.58}]
                samples:
                  - {time: 2026-11-20T12:00:00Z, lat: 48.1371, lon: 11.5761}
                  - {time: 2026-11-20T12:00:10Z, lat: 48.1375, lon: 11.58}
              - title: no fix yet, but alive
                payload: '{"t":1795176000000,"lat":null,"lon":null,"battery":70}'
                samples:
                  - {time: 2026-11-20T12:00:00Z, battery: 70}
              - title: an unknown speed sent as -1 is no speed
                payload: '{"t":1795176000000,"lat":48.1371,"lon":11.5761,"speed":-1}'
                samples:
                  - {time: 2026-11-20T12:00:00Z, lat: 48.1371, lon: 11.5761}
                rejections:
                  - {row: 0, reason: "out_of_range:speed"}
              - title: half a position is none
                payload: '{"t":1795176000000,"lat":48.1371}'
                failure: incomplete_position
              - title: the marker of a receiver without a fix
                payload: '{"t":1795176000000,"lat":91,"lon":181}'
                failure: out_of_range

            """#
        ),
        (
            path: "home-assistant/discovery/profile.yaml",
            text: #"""
            id: home-assistant/discovery
            version: 1
            description: >-
              Devices that announce themselves to Home Assistant (ESPHome, OpenMQTTGateway and others) or in
              Tasmota's own way: their topics are subscribed to, and read as they were announced.
            format: home_assistant
            topic:
              - homeassistant/{component}/{object}/config
              - homeassistant/{component}/{node}/{object}/config
              - tasmota/discovery/{address}/config
            carrier: bag
            # Not without being asked for: every thermometer of a house would become a bag.
            offered: false

            fields:
              temperature: {range: [-55, 125], plausible: [-40, 80]}
              humidity: {range: [0, 100]}

            examples:
              - title: a thermometer announces where it publishes
                topic: homeassistant/sensor/fridge/temperature/config
                payload: >-
                  {"name":"Fridge","stat_t":"fridge/sensor/temperature/state","unit_of_meas":"°C","dev_cla":"temperature",
                  "dev":{"ids":["a0b1c2d3e4f5"],"name":"fridge"}}
                status: true
              - title: a value that takes more than a path
                topic: homeassistant/sensor/fridge/temperature/config
                payload: >-
                  {"stat_t":"fridge/state","val_tpl":"{{ value_json.t * 2 }}","unit_of_meas":"°C","dev_cla":"temperature",
                  "dev":{"ids":["a0b1c2d3e4f5"]}}
                failure: unsupported
              - title: a Tasmota device whose topics have another order than the usual one
                topic: tasmota/discovery/A4CF12345678/config
                payload: >-
                  {"dn":"Kitchen","mac":"A4CF12345678","md":"Generic","t":"bag7","sw":"12.1.1","ft":"%topic%/%prefix%/",
                  "tp":["cmnd","stat","tele"]}
                status: true

            """#
        ),
        (
            path: "milesight/ipso/profile.yaml",
            text: #"""
            id: milesight/ipso
            version: 1
            description: >-
              LoRaWAN sensors of Milesight that send channels and types: AM100, EM300, EM320, EM500, TS101, TS302 and
              their kin.
            format: milesight
            carrier: bag
            models: [milesight-iot/em300-th, milesight-iot/em320-th, milesight-iot/em500-pt100, milesight-iot/ts101]

            fields:
              temperature: {range: [-200, 800], plausible: [-40, 80], resolution: 0.1}
              humidity: {range: [0, 100], resolution: 0.5}

            examples:
              - title: temperature, humidity and battery
                port: 85
                hex: 01755c 03672c00 046817
                samples:
                  - {temperature: 4.4, humidity: 11.5, battery: 92}

            """#
        ),
        (
            path: "minew/gateway/profile.yaml",
            text: #"""
            id: minew/gateway
            version: 1
            description: Minew's gateways (G1, MG3, MG4) and their rebrands, which relay Bluetooth sensors.
            format: minew_gateway
            topic: /gw/{gateway}/status
            carrier: bag
            expected_interval: 60s
            device_class: bag_probe

            fields:
              temperature: {range: [-60, 125], plausible: [-40, 80]}
              humidity: {range: [0, 100]}

            examples:
              - title: a tag that the gateway decoded
                payload: >-
                  [{"gatewayLoad":0.07,"gatewayFree":97,"type":"Gateway","mac":"AC233FC0380F","timestamp":"2026-12-31T23:59:50Z"},
                  {"rssi":-67,"bleName":"S1","temperature":4.24,"humidity":53.55,"type":"S1","battery":100,
                  "mac":"AC233FA018E7","timestamp":"2026-12-31T23:59:50Z"}]
                samples:
                  - device: AC233FA018E7
                    time: 2026-12-31T23:59:50Z
                    temperature: 4.24
                    humidity: 53.55
                    battery: 100

            """#
        ),
        (
            path: "owntracks/phone/profile.yaml",
            text: #"""
            id: owntracks/phone
            version: 1
            description: A rider's phone with the OwnTracks app.
            format: owntracks
            topic:
              - owntracks/{user}/{phone}
              - owntracks/{user}/{phone}/{kind}
            carrier: vehicle
            expected_interval: 60s
            device_class: phone

            examples:
              - title: where the phone is
                topic: owntracks/anna/phone
                payload: >-
                  {"_type":"location","tst":1798761590,"lat":48.85833,"lon":2.29513,"acc":5,"alt":167,"vel":61,
                  "cog":271,"batt":67,"tid":"JJ","t":"u"}
                samples:
                  - device: anna/phone
                    time: 2026-12-31T23:59:50Z
                    lat: 48.85833
                    lon: 2.29513
                    accuracy: 5
                    altitude: 167
                    speed: 16.944444
                    heading: 271
                    battery: 67
              - title: the connection ended
                topic: owntracks/anna/phone
                payload: '{"_type":"lwt","tst":1798761590}'
                status: true

            """#
        ),
        (
            path: "ruuvi/gateway/profile.yaml",
            text: #"""
            id: ruuvi/gateway
            version: 1
            description: >-
              A Ruuvi Gateway that relays RuuviTags (data formats 3, 5, C5, 6 and E1) and other known Bluetooth
              sensors by MQTT, raw, decoded or both.
            format: ruuvi_gateway
            topic: ruuvi/{gateway}/{tag}
            carrier: bag
            expected_interval: 60s
            probe_position: air
            device_class: bag_probe

            fields:
              temperature:
                # What the tag's own sensor can measure.
                range: [-40, 85]
                plausible: [-40, 80]
                # Of the tags' present format, 5.
                resolution: 0.005
              humidity: {range: [0, 100], resolution: 0.0025}
              pressure: {resolution: 1}

            examples:
              - title: a tag's raw advertisement
                topic: ruuvi/AA:BB:CC:11:22:33/CB:B8:33:4C:88:4F
                payload: >-
                  {"gw_mac":"AA:BB:CC:11:22:33","rssi":-26,"aoa":[],"gwts":"1798761590","ts":"1798761590",
                  "data":"0201061BFF99040512FC5394C37C0004FFFC040CAC364200CDCBB8334C884F","coords":""}
                samples:
                  - device: CBB8334C884F
                    time: 2026-12-31T23:59:50Z
                    sequence: 205
                    temperature: 24.3
                    humidity: 53.49
                    pressure: 100044
                    battery_voltage: 2.977
              - title: a tag without a sensor says so
                topic: ruuvi/AA:BB:CC:11:22:33/CB:B8:33:4C:88:4F
                payload: >-
                  {"gw_mac":"AA:BB:CC:11:22:33","rssi":-26,"aoa":[],"gwts":"1798761590","ts":"1798761590",
                  "data":"0201061BFF9904058000FFFFFFFF800080008000FFFFFFFFFFCBB8334C884F","coords":""}
                samples:
                  - device: CBB8334C884F
                    time: 2026-12-31T23:59:50Z
                    temperature: not_available
                    humidity: not_available
                    pressure: not_available
                    battery_voltage: not_available
              - title: the gateway's own state
                topic: ruuvi/AA:BB:CC:11:22:33/gw_status
                payload: '{"state":"online"}'
                status: true

            """#
        ),
        (
            path: "senml/cbor/profile.yaml",
            text: #"""
            id: senml/cbor
            version: 1
            description: Sensor Measurement Lists (RFC 8428) as CBOR.
            format: senml_cbor
            topic: senml-cbor/{sender}
            carrier: bag

            fields:
              temperature: {range: [-60, 150]}
              humidity: {range: [0, 100]}
            examples:
              - title: two measurements of one time
                # [{-2: "urn:dev:mac:0024befffe804ff1/", -3: 1798761590, 0: "t", 1: "Cel", 2: 4.5},
                #  {0: "h", 1: "%RH", 2: 61}]
                hex: >-
                  82a521781d75726e3a6465763a6d61633a303032346265666666653830346666312f221a6b36ec76006174016343656c
                  02f94480a3006168016325524802183d
                samples:
                  - {device: "urn:dev:mac:0024befffe804ff1", time: 2026-12-31T23:59:50Z, temperature: 4.5, humidity: 61}

            """#
        ),
        (
            path: "senml/json/profile.yaml",
            text: #"""
            id: senml/json
            version: 1
            description: Sensor Measurement Lists (RFC 8428) as JSON.
            format: senml_json
            topic: senml/{sender}
            carrier: bag

            fields:
              temperature: {range: [-60, 150]}
              humidity: {range: [0, 100]}

            examples:
              - title: two measurements of one time
                payload: >-
                  [{"bn":"urn:dev:ow:10e2073a01080063:","bt":1798761590,"n":"temperature","v":27.2,"u":"Cel"},
                  {"n":"humidity","v":80,"u":"%RH"}]
                samples:
                  - device: "urn:dev:ow:10e2073a01080063"
                    time: 2026-12-31T23:59:50Z
                    temperature: 27.2
                    humidity: 80

            """#
        ),
        (
            path: "shelly/gen2/profile.yaml",
            text: #"""
            id: shelly/gen2
            version: 1
            description: Shelly devices of the second and third generation, such as the Plus H&T.
            format: shelly
            topic:
              - "{prefix}/events/rpc"
              - "{prefix}/status/{component}"
            carrier: bag
            expected_interval: 2h
            probe_position: air

            fields:
              temperature: {range: [-55, 125], plausible: [-40, 80]}
              humidity: {range: [0, 100]}

            examples:
              - title: a battery sensor wakes up
                topic: ht-suite/events/rpc
                payload: >-
                  {"src":"shellyhtg3-84fce63ad204","dst":"ht-suite/events","method":"NotifyFullStatus",
                  "params":{"ts":1798761590.5,"humidity:0":{"id":0,"rh":58.9},"temperature:0":{"id":0,"tC":19.9,"tF":67.82}}}
                samples:
                  - device: shellyhtg3-84fce63ad204
                    time: 2026-12-31T23:59:50.5Z
                    temperature: 19.9
                    humidity: 58.9

            """#
        ),
        (
            path: "tasmota/sensor/profile.yaml",
            text: #"""
            id: tasmota/sensor
            version: 1
            description: >-
              Tasmota devices. Their time has no zone: without `utc_offset` among the options the time of receipt
              stands in for it.
            format: tasmota
            topic: tele/{device}/SENSOR
            carrier: bag
            expected_interval: 5m

            fields:
              temperature: {range: [-55, 125], plausible: [-40, 80]}
              humidity: {range: [0, 100]}

            examples:
              - title: a DS18B20
                topic: tele/fridge/SENSOR
                payload: '{"Time":"2026-12-31T23:58:41","DS18B20":{"Id":"030597946B04","Temperature":4.9},"TempUnit":"C"}'
                samples:
                  - {device: fridge, temperature: 4.9, notes: [zone_unknown]}

            """#
        ),
        (
            path: "teltonika/codec/profile.yaml",
            text: #"""
            id: teltonika/codec
            version: 1
            description: >-
              Teltonika trackers that send their binary codecs 8, 8 Extended or 16 by MQTT, with Dallas, Bluetooth
              and reefer probes.
            format: teltonika
            topic: teltonika/{vehicle}/codec
            expected_interval: 60s
            device_class: vehicle_tracker

            fields:
              temperature: {range: [-60, 150], plausible: [-40, 80]}

            examples:
              - title: a record without a fix, in the frame of the TCP protocol
                hex: >-
                  000000000000003608010000016b40d8ea30010000000000000000000000000000000105021503010101425e0f01f1
                  0000601a014e0000000000000000010000c7cf
                samples:
                  - time: 2019-06-10T10:04:46Z
                    supply_voltage: 24.079
                    notes: [no_fix]

            """#
        ),
        (
            path: "teltonika/json/profile.yaml",
            text: #"""
            id: teltonika/json
            version: 1
            description: Teltonika trackers that send Codec JSON by MQTT.
            format: teltonika_json
            topic: teltonika/{vehicle}/json
            expected_interval: 60s
            device_class: vehicle_tracker

            fields:
              temperature: {range: [-60, 150], plausible: [-40, 80]}

            examples:
              - title: a record without a fix
                payload: >-
                  {"state":{"reported":{"ts":1798761590000,"pr":0,"latlng":"0.000000,0.000000","alt":"0","ang":"0",
                  "sat":"0","sp":"0","evt":0,"66":12110,"67":3600,"113":31,"239":1,"240":0}}}
                samples:
                  - time: 2026-12-31T23:59:50Z
                    supply_voltage: 12.11
                    battery_voltage: 3.6
                    battery: 31
                    ignition: 1
                    motion: 0
                    notes: [no_fix]

            """#
        ),
        (
            path: "the-things-stack/v3/profile.yaml",
            text: #"""
            id: the-things-stack/v3
            version: 1
            description: >-
              Uplinks of The Things Stack, version 3. The devices' own frames are decoded by the profile that the
              registry has for each device.
            format: the_things_stack
            topic:
              - v3/{application}/devices/{name}/up
              - v3/{application}/devices/{name}/location/solved
            carrier: bag

            examples:
              - title: a position that the network worked out
                topic: v3/bags@ttn/devices/eui-a840412b81874509/location/solved
                payload: >-
                  {"end_device_ids":{"device_id":"eui-a840412b81874509","dev_eui":"A840412B81874509"},
                  "received_at":"2026-12-31T23:59:50.5Z",
                  "location_solved":{"location":{"latitude":48.1371,"longitude":11.5761,"accuracy":120,
                  "source":"SOURCE_LORA_RSSI_GEOLOCATION"}}}
                samples:
                  - device: A840412B81874509
                    time: 2026-12-31T23:59:50.5Z
                    lat: 48.1371
                    lon: 11.5761
                    accuracy: 120
                    notes: [coarse_position]
              - title: a device of which nobody said what it is
                topic: v3/bags@ttn/devices/eui-a840412b81874509/up
                payload: >-
                  {"end_device_ids":{"device_id":"eui-a840412b81874509","dev_eui":"A840412B81874509"},
                  "received_at":"2026-12-31T23:59:50Z",
                  "uplink_message":{"f_port":2,"f_cnt":1,"frm_payload":"AAAAAAAAAAAPoiACpwEQ"}}
                failure: unknown_model

            """#
        ),
        (
            path: "theengs/gateway/profile.yaml",
            text: #"""
            id: theengs/gateway
            version: 1
            description: Theengs Gateway and OpenMQTTGateway, which relay Bluetooth sensors, decoded or not.
            format: theengs
            topic: home/{gateway}/BTtoMQTT/{tag}
            carrier: bag
            expected_interval: 5m
            device_class: bag_probe

            fields:
              temperature: {range: [-60, 150], plausible: [-40, 80]}
              humidity: {range: [0, 100]}

            examples:
              - title: a decoded sensor
                topic: home/OpenMQTTGateway/BTtoMQTT/A4C1388D18B2
                payload: >-
                  {"id":"A4:C1:38:8D:18:B2","rssi":-62,"brand":"Xiaomi","model":"TH Sensor","model_id":"LYWSD03MMC_ATC",
                  "tempc":20.9,"tempf":69.62,"hum":44.9,"batt":67,"volt":2.807}
                samples:
                  - device: A4C1388D18B2
                    temperature: 20.9
                    humidity: 44.9
                    battery: 67
                    battery_voltage: 2.807

            """#
        ),
        (
            path: "traccar/forward/profile.yaml",
            text: #"""
            id: traccar/forward
            version: 1
            description: Positions and events that a Traccar server forwards.
            format: traccar
            topic: traccar/{kind}
            carrier: vehicle
            expected_interval: 60s
            device_class: vehicle_tracker

            fields:
              temperature: {range: [-60, 150], plausible: [-40, 80]}

            examples:
              - title: a position in knots
                payload: >-
                  {"position":{"id":0,"attributes":{"ignition":true,"motion":true,"power":14.238,"batteryLevel":80,
                  "temp1":3.5},"deviceId":4,"protocol":"teltonika","serverTime":"2026-12-31T23:59:52.000+00:00",
                  "deviceTime":"2026-12-31T23:59:50.000+00:00","fixTime":"2026-12-31T23:59:50.000+00:00",
                  "outdated":false,"valid":true,"latitude":53.8862733,"longitude":27.449195,"altitude":241,"speed":10,
                  "course":316,"accuracy":0},"device":{"id":4,"attributes":[],"name":"Van 4",
                  "uniqueId":"888888888888888","status":"online"}}
                samples:
                  - device: "888888888888888"
                    time: 2026-12-31T23:59:50Z
                    lat: 53.8862733
                    lon: 27.449195
                    altitude: 241
                    speed: 5.144444
                    heading: 316
                    temperature.1: 3.5
                    battery: 80
                    supply_voltage: 14.238
                    ignition: 1
                    motion: 1

            """#
        ),
        (
            path: "zigbee2mqtt/sensor/profile.yaml",
            text: #"""
            id: zigbee2mqtt/sensor
            version: 1
            description: Temperature and contact sensors behind Zigbee2MQTT.
            format: zigbee2mqtt
            topic: zigbee2mqtt/{device...}
            carrier: bag
            expected_interval: 1h
            probe_position: air

            fields:
              temperature: {range: [-100, 100], plausible: [-40, 80]}
              humidity: {range: [0, 100]}

            examples:
              - title: a sensor of a cold room
                topic: zigbee2mqtt/cold room/2
                payload: >-
                  {"temperature":3.6,"humidity":71.2,"battery":88,"voltage":2995,"linkquality":120,
                  "last_seen":"2026-12-31T23:59:50.000Z"}
                samples:
                  - device: cold room/2
                    time: 2026-12-31T23:59:50Z
                    temperature: 3.6
                    humidity: 71.2
                    battery: 88
                    battery_voltage: 2.995
              - title: the bridge's own messages
                topic: zigbee2mqtt/bridge/state
                payload: '{"state":"online"}'
                status: true

            """#
        ),
    ]
}
