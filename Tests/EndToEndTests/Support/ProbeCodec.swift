import Foundation
import TestSupport

/// A made-up device whose vendor has a codec.
enum ProbeCodec {
    static let source = """
        function decodeUplink(input) {
          if (input.bytes[0] === 255) while (true) {}
          if (input.bytes.length < 3) return { errors: ["too short"] };
          var raw = input.bytes[1] << 8 | input.bytes[2];
          return { data: { battery: input.bytes[0], TempC: raw / 100, inner: { hum: 0.1 + 0.2 } } };
        }
        """

    /// A profile that reads it, whose one example says this temperature.
    static func profile(temperature: Double = 48.04) -> String {
        """
        id: acme/probe
        version: 3
        description: A probe.
        format: javascript
        fields:
          temperature: {path: TempC, unit: °C}
        examples:
          - title: warm
            hex: 5a 12 c4
            port: 2
            samples:
              - temperature: \(temperature)

        """
    }

    /// Writes a directory of profiles with it; nil leaves the codec away.
    static func write(
        to folder: TemporaryDirectory, profile: String = profile(), codec: String? = source
    ) {
        folder.place(profile, at: "devices/acme/probe/profile.yaml")
        if let codec { folder.place(codec, at: "devices/acme/probe/codec.js") }
    }

    /// A configuration with that directory.
    static func configuration(in folder: TemporaryDirectory, _ further: String = "") -> String {
        folder.write(
            "devices:\n  directory: \(folder.file("devices"))\n\(further)", to: "freshwire.yaml")
    }

    /// An uplink of The Things Stack with the frame 5A 12 C4.
    static let uplink = """
        {"end_device_ids":{"device_id":"probe-1","dev_eui":"A840412B81874509"},\
        "received_at":"2026-11-20T12:00:00Z",\
        "uplink_message":{"f_port":2,"f_cnt":7,"frm_payload":"WhLE"}}
        """
    static let topic = "v3/bags/devices/A840412B81874509/up"
}

extension TemporaryDirectory {
    /// Writes a file in folders that are made as they are needed.
    func place(_ text: String, at path: String) {
        let folders = path.split(separator: "/").dropLast()
        if !folders.isEmpty {
            try? FileManager.default.createDirectory(
                atPath: file(folders.joined(separator: "/")), withIntermediateDirectories: true)
        }
        write(text, to: path)
    }
}
