import Bridge
import ColdChain
import Journal
import Wire

extension JSONWriter {
    /// One record of the temperature log (B-4).
    mutating func readingMembers(_ logged: LoggedReading) {
        let reading = logged.reading
        member("id", Int64(clamping: logged.id))
        // Vehicles have readings too; consumers of the first release know the carrier as bagId.
        member("bagId", logged.source.carrier.name)
        member("carrierKind", logged.source.carrier.kind.rawValue)
        member("carrier", logged.source.carrier.name)
        member("deviceId", logged.source.device)
        member("profile", logged.source.profile)
        member("quantity", reading.measurement.quantity.name)
        member("probe", Int64(reading.measurement.probe))
        // What food is judged by; null where there is a marker.
        member("value", reading.judgedValue)
        if let correction = reading.correction {
            member("rawValue", reading.measurement.value)
            member("calibration", Int64(correction.calibration.rawValue))
        }
        member("marker", reading.measurement.marker?.name)
        member("unit", reading.measurement.quantity.unit)
        instantMember("measuredAt", reading.measuredAt)
        member("timeSource", reading.timeSource.name)
        instantMember("receivedAt", reading.receivedAt)
        member("sequence", reading.sequence)
        name("notes")
        array { notes in for note in reading.notes.names { notes.value(note) } }
        name("quality")
        object { quality in
            quality.member("scheme", "qartod-iode")
            quality.member("rollup", Int64(reading.quality.rollup.rawValue))
            for test in QualityTest.allCases {
                quality.member(test.name, Int64(reading.quality[test].rawValue))
            }
            quality.member("version", reading.qualityVersion.map(Int64.init))
            quality.name("tests")
            quality.object { $0.testMembers(reading) }
        }
    }

    /// Each test that was applied, with its flag, why, and by which version of the settings.
    private mutating func testMembers(_ reading: Reading) {
        let quality = ReadingQuality(
            flags: reading.quality, packedReasons: reading.reasons,
            parametersVersion: reading.qualityVersion ?? 0)
        for test in QualityTest.allCases where reading.quality.isApplied(test) {
            name(test.name)
            object { member in
                member.member("flag", Int64(quality[test].flag.rawValue))
                member.member("reason", quality[test].reason?.name)
                member.member("version", reading.qualityVersion.map(Int64.init))
            }
        }
    }

    /// A dead letter; bytes that are not UTF-8 are shown as base64 beside the text.
    mutating func deadLetterMembers(_ logged: LoggedDeadLetter) {
        let letter = logged.letter
        member("number", Int64(clamping: logged.number))
        instantMember("receivedAt", letter.receivedAt)
        member("broker", letter.broker)
        member("topic", String(decoding: letter.topic, as: UTF8.self))
        member("reason", letter.reason)
        member("detail", letter.detail)
        member("payloadLength", Int64(letter.payloadLength))
        if let text = String(validating: letter.payload, as: UTF8.self) {
            member("payload", text)
        } else {
            member("payloadBase64", Base64.padded.encode(letter.payload))
        }
        instantMember("replayedAt", logged.replayedAt)
    }
}
