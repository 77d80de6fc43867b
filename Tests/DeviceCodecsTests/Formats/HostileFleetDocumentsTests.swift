import ColdChain
import DeviceCodecs
import JSONText
import Testing
import Wire

/// A message of each format, whose values a test replaces by others.
private let messages = [
    """
    {"state":{"reported":{"ts":1795175940000,"latlng":"51.4,5.4","sat":"3","sp":"36","72":46,"25":455}}}
    """,
    """
    [{"_type":"location","tst":1795175940,"created_at":1795175941,"lat":48.8,"lon":2.2,"vel":6,\
    "acc":5,"batt":6,"topic":"owntracks/a/b","temp_c-1":4}]
    """,
    """
    {"ident":"a","timestamp":1795175940.5,"position.latitude":57.9,"position.longitude":56.2,\
    "position.satellites":5,"sensor.temperature.1":4,"record.seqnum":7,"battery.level":9}
    """,
    """
    {"position":{"deviceTime":"2026-11-20T11:59:00Z","fixTime":"2026-11-20T11:58:00Z","valid":true,\
    "latitude":53.8,"longitude":27.4,"speed":1,"attributes":{"temp1":4.5,"odometer":7,"sat":5}},\
    "device":{"uniqueId":"8"}}
    """,
    """
    [{"bn":"a:","bt":1795175940,"bu":"Cel","bv":1,"n":"temp1","v":4,"t":-5},\
    {"n":"lat","u":"lat","v":1},{"n":"lon","u":"lon","v":1},{"n":"open","vb":true}]
    """,
    """
    {"from":213,"id":45,"timestamp":1795175940,"type":"position","payload":{"latitude_i":399600000,\
    "longitude_i":-862600000,"altitude":100,"time":1795175930,"precision_bits":13}}
    """,
    """
    {"id":"0","ts":"2023-06-01T03:09:51.362Z","location":{"lat":33.9,"lon":-84.2},"bear":7,"ign":"on"}
    """,
]

private let values = [
    "null", "true", "[]", "{}", "[{}]", "\"\"", "\"x\"", "\"1e308\"", "-1", "0", "0.5", "1e308",
    "-1e308", "NaN", "-Infinity", "9223372036854775807", "-9223372036854775808",
    "18446744073709551615", "99999999999999999999999999999999", "\"9223372036854775808\"",
    "\"\\u0000/\\u0000/\\u0000\"", "1e15", "268435456", "\"2026-11-20T11:59:00\"",
]

@Suite("Documents of fleets with other values than they should have")
struct HostileFleetDocumentsTests {
    @Test("They are refused or read, and never stop the program")
    func replaced() throws {
        var random = SplitMix64(state: 7)
        var document = try JSONDocument()
        var batch = SampleBatch()
        let context = MessageContext(receivedAt: noon)
        let topic = Array("owntracks/a/b".utf8)
        for round in 0..<10_000 {
            var text = Array(messages[round % messages.count].utf8)
            for _ in 0...random.next() % 3 { replaceValue(&text, &random) }
            guard let root = try? document.read(text.span) else { continue }
            batch.removeAll()
            try? TeltonikaJSON.decode(document, root, context, into: &batch)
            try? OwnTracks.decode(document, root, topic.span, context, into: &batch)
            try? Flespi.decode(document, root, context, into: &batch)
            try? Traccar.decode(document, root, context, into: &batch)
            try? SenMLJSON.decode(document, root, context, into: &batch)
            try? Meshtastic.decode(document, root, context, into: &batch)
            try? PUI.decode(document, root, context, into: &batch)
            for sample in batch.samples {
                #expect(batch.measurements.indices.contains(sample.measurements))
                if let name = sample.device { #expect(batch.text.indices.contains(name)) }
                #expect((sample.measuredAt == nil) == (sample.timeSource == .receipt))
            }
            #expect(batch.measurements.allSatisfy { $0.value.isFinite != ($0.marker != nil) })
        }
    }

    /// Puts one of the values in the place of one of the text's.
    private func replaceValue(_ text: inout [UInt8], _ random: inout SplitMix64) {
        let colons = text.indices.filter { text[$0] == UInt8(ascii: ":") }
        guard !colons.isEmpty else { return }
        let start = colons[Int(random.next() % UInt64(colons.count))] + 1
        let end =
            text[start...].firstIndex { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "}") }
            ?? text.endIndex
        let value = values[Int(random.next() % UInt64(values.count))]
        text.replaceSubrange(start..<end, with: Array(value.utf8))
    }
}
