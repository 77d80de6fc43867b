// Written by Devices/embed from the profiles under Devices; change those.
// swift-format-ignore-file: the texts keep their own lines.

/// The profiles that are part of the program.
enum ShippedProfiles {
    /// Each file by its path under `Devices`, with its text.
    static let files: [(path: String, text: String)] = [
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
    ]
}
