package import ColdChain
import Wire

/// What webhooks say: `{"event":…,"timestamp":…,"data":…}`, without the signature, which
/// whoever holds the secret adds over these bytes.
package enum WebhookText {
    /// A body from the parts that the journal keeps. `data` is JSON text.
    package static func body(event: String, occurredAt: Timestamp, data: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(capacity: data.count + 96)
        writer.object { body in
            body.member("event", event)
            body.member("timestamp", instant: occurredAt.milliseconds)
            body.name("data")
            body.raw(data)
        }
        return writer.bytes
    }

    /// A record's data with the event's number in the log before it, by which a receiver can put
    /// events in order that a retry brought out of it.
    package static func numbered(_ data: [UInt8], _ sequence: UInt64) -> [UInt8] {
        var numbered = Array("{\"sequence\":\(sequence)".utf8)
        numbered.reserveCapacity(numbered.count + data.count)
        if data.count > 2 { numbered.append(UInt8(ascii: ",")) }
        numbered.append(contentsOf: data.dropFirst())
        return numbered
    }
}
