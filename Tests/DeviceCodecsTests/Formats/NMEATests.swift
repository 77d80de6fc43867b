import ColdChain
import DeviceCodecs
import Testing

private func decoded(_ text: String) throws -> SampleBatch {
    var batch = SampleBatch()
    try NMEA.decode(
        Array(text.utf8).span, port: 0, SampleDraft(), MessageContext(receivedAt: noon),
        into: &batch)
    return batch
}

/// A sentence with its checksum.
private func sentence(_ text: String) -> String {
    let checksum = text.utf8.reduce(0, ^)
    let digits = String(checksum, radix: 16, uppercase: true)
    return "$\(text)*\(digits.count == 1 ? "0" : "")\(digits)\r\n"
}

private let position = "6325.6138,N,01021.4290,E"

@Suite("NMEA 0183")
struct NMEATests {
    /// From go-nmea (MIT).
    @Test("RMC tells time, place and motion, in knots")
    func recommendedMinimum() throws {
        let batch = try decoded(
            "$GNRMC,100538.00,A,5546.27711,N,03736.91144,E,0.061,,260318,,,A*60")
        let sample = try #require(batch.samples.first)
        let place = try #require(sample.position)
        #expect(sample.measuredAt == Timestamp(milliseconds: 1_522_058_738_000))
        #expect(sample.timeSource == .device)
        #expect(abs(place.latitude - 55.7712851667) < 1e-9)
        #expect(abs(place.longitude - 37.615190667) < 1e-9)
        #expect(abs((place.speed ?? 0) * 3.6 - 0.112972) < 1e-5)
        #expect(place.heading == nil)
    }

    @Test("Sentences of one time become one sample, dated by RMC, with what each of them tells")
    func epoch() throws {
        let batch = try decoded(
            sentence("GPGGA,115900.5,\(position),1,08,2.42,72.5,M,41.5,M,,")
                + sentence("GPRMC,115900.5,A,\(position),10.0,45.5,201126,,,A")
                + sentence("GPVTG,45.5,T,67.5,M,19.4,N,36.0,K,A")
                + sentence("GPGSA,A,3,,,,,,,,1,2,3")
                + sentence("GPGLL,\(position),115901.5,A,A"))
        #expect(
            batch.samples.map(\.measuredAt?.milliseconds) == [
                noon.milliseconds - 59_500, noon.milliseconds - 58_500,
            ])
        let place = try #require(batch.samples.first?.position)
        #expect(place.speed == 10)
        #expect(place.heading == 45.5)
        #expect(place.altitude == 72.5)
        #expect(place.satellites == 8)
        #expect(batch.samples[1].position?.altitude == nil)
        #expect(batch.rejections.isEmpty)
    }

    @Test("A time of day without a date is not used, and a date goes on past midnight")
    func dates() throws {
        let undated = try decoded(sentence("GPGGA,115900,\(position),1,08,2.4,72.5,M,41.5,M,,"))
        #expect(undated.samples.first?.measuredAt == nil)
        #expect(undated.samples.first?.position != nil)
        let overnight = try decoded(
            sentence("GPRMC,235959,A,\(position),,,191126,,,A")
                + sentence("GPGGA,000001,\(position),1,08,2.4,72.5,M,41.5,M,,"))
        #expect(
            overnight.samples.map(\.measuredAt?.milliseconds) == [
                noon.milliseconds - 43_201_000, noon.milliseconds - 43_199_000,
            ])
        let zda = try decoded(
            sentence("GPZDA,115900.00,20,11,2026,00,00") + sentence("GPGLL,\(position),115900,A"))
        #expect(zda.samples.first?.measuredAt?.milliseconds == noon.milliseconds - 60_000)
        let rollover = try decoded(sentence("GPRMC,115900,A,\(position),,,060407,,,A"))
        #expect(rollover.samples.first?.notes == .weekRollover)
        #expect(rollover.samples.first?.measuredAt?.milliseconds == noon.milliseconds - 60_000)
    }

    @Test(
        "A void position is not used",
        arguments: [
            "GPRMC,115900,V,\(position),,,201126,,,A", "GPRMC,115900,A,\(position),,,201126,,,N",
            "GPGGA,115900,\(position),0,00,,,M,,M,,", "GPGGA,115900,,,,,0,00,,,M,,M,,",
            "GPGLL,\(position),115900,V", "GPRMC,,V,,,,,,,,,,N", "GPVTG,45.5,T,67.5,M,1,N,2,K",
            "GPGSV,1,1,00", "PGRME,1,M", "GPRMC",
        ])
    func void(text: String) throws {
        let batch = try decoded(sentence(text))
        #expect(batch.samples.isEmpty)
        #expect(batch.isStatus)
    }

    @Test("South and west are negative, and a simulator says that it is one")
    func hemispheres() throws {
        let batch = try decoded(sentence("GPRMC,115900,A,3356.4650,S,15124.5567,W,,,201126,,,S"))
        let place = try #require(batch.samples.first?.position)
        #expect(abs(place.latitude + 33.9410833333) < 1e-9)
        #expect(abs(place.longitude + 151.4092783333) < 1e-9)
        #expect(batch.samples.first?.notes == .simulated)
    }

    @Test(
        "A sentence that cannot be costs only itself",
        arguments: [
            ("$GPRMC,115900,A,\(position),,,201126,,,A*00", "bad_checksum"),
            ("$GPRMC,115900,A,\(position),,,201126,,,A", "truncated_frame"),
            ("$GPRMC,115900,A,\(position),,,201126,,,A*1", "truncated_frame"),
            (sentence("GPRMC,115900,D,\(position),,,201126"), "out_of_range:status"),
            (sentence("GPGGA,115900,\(position),12,03,,,M,,M,,"), "out_of_range:quality"),
            (sentence("GPGGA,115900,3356.4650,S,A,E,1,03,,,M,,M,,"), "out_of_range:lon"),
            (sentence("GPGGA,115900,3356.4650,X,15124.5,E,1,03,,,M,,M,,"), "out_of_range:lat"),
            (sentence("GPGLL,3360.0,S,15124.5,E,115900,A"), "out_of_range:lat"),
            (sentence("GPGLL,9000.1,S,15124.5,E,115900,A"), "out_of_range:lat"),
            (sentence("GPGLL,-100,S,15124.5,E,115900,A"), "out_of_range:lat"),
            (sentence("GPGLL,3300,S,18000.1,E,115900,A"), "out_of_range:lon"),
            (sentence("GPRMC,256000,A,\(position),,,201126"), "invalid_time"),
            (sentence("GPRMC,1159,A,\(position),,,201126"), "invalid_time"),
            (sentence("GPRMC,115900,A,\(position),,,991326"), "invalid_time"),
            (sentence("GPRMC,115900,A,\(position),fast,,201126"), "wrong_type:speed"),
            ("hello", "unknown_frame"),
        ])
    func faults(text: String, reason: String) throws {
        let batch = try decoded(text + "\n" + sentence("GPRMC,115900,A,\(position),,,201126,,,A"))
        #expect(batch.rejected == ["0 \(reason)"])
        #expect(batch.samples.count == 1)
    }

    @Test("Text that is none of it is refused")
    func foreign() {
        for text in ["", "hello", "\n\n", "{}"] {
            #expect(throws: DecodingFailure.self) { try decoded(text) }
        }
    }

    @Test("Random bytes are refused or read, and never stop the program")
    func hostile() {
        let fields = Array("GPRMC,115900,A,\(position),10.0,45.5,201126,,,A".utf8)
        for (index, bytes) in hostileFrames(count: 10_000, upTo: 8).enumerated() {
            var damaged = fields
            for (offset, byte) in bytes.enumerated() {
                damaged[(index * 3 + offset * 5) % fields.count] = byte % 96 + 32
            }
            _ = try? decoded(sentence(String(decoding: damaged, as: UTF8.self)))
            _ = try? decoded("$" + String(decoding: bytes, as: UTF8.self))
        }
    }
}
