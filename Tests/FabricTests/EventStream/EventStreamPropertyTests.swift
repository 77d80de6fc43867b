import ColdChain
import Fabric
import Testing
import Wire

/// Clients of streams that are cut anywhere, also in the middle of an event.
struct EventStreamPropertyTests {
    /// A client as a browser is: it throws away an event that is cut, and names the last whole one
    /// when it comes again.
    private struct Client {
        var number: UInt64
        var bytes: [UInt8] = []
        var lastID: String?
        var records: [String] = []
        var isOpen = false

        mutating func cut(at count: Int) {
            let reading = StreamReading(Array(bytes.prefix(count)), after: lastID ?? "")
            // An identifier counts from the end of its event on; a line that is cut is none.
            let whole = StreamReading(
                Array(bytes.prefix(count).prefix(boundary(in: count))), after: lastID ?? "")
            #expect(reading.events == whole.events)
            records += whole.events.filter { $0.type == "temperature_alert" }.map(\.id)
            #expect(!whole.types.contains("reset"))
            if !whole.lastID.isEmpty { lastID = whole.lastID }
            bytes = []
            isOpen = false
        }

        /// The end of the last whole event in the first bytes.
        private func boundary(in count: Int) -> Int {
            var place = min(count, bytes.count)
            while place >= 2 {
                if bytes[place - 1] == 0x0A, bytes[place - 2] == 0x0A { return place }
                place -= 1
            }
            return 0
        }
    }

    @Test("W-10: wherever streams are cut, no record is lost or repeated", arguments: 1...20)
    func cuts(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        limits.historyPage = 3
        let room = Room(limits)
        room.answersHistoryReads = true
        room.publish(Sample.change(Sample.order("O1")), Sample.change(Sample.order("O2")))
        var client = Client(number: 1)
        client.isOpen = true
        room.openStream(1)
        var published: [String] = []
        var number: UInt64 = 2
        for step in 0..<300 {
            switch Int.random(in: 0..<10, using: &random) {
            case 0...2:
                room.publish(Sample.alert())
                number += 1
                published.append("e1-\(number)")
            case 3:
                room.publish(Sample.alert(order: "O2"))
                number += 1
            case 4...5: room.publish(Sample.temperature(Double(step)))
            case 6: room.wait(Int64.random(in: 0...40_000, using: &random))
            case 7 where client.isOpen:
                room.fabric.disconnect(ConnectionNumber(client.number))
                client.cut(at: Int.random(in: 0...max(client.bytes.count, 1), using: &random))
            case 8 where !client.isOpen:
                client.number += 1
                client.isOpen = true
                #expect(room.openStream(client.number, after: client.lastID) == nil)
                if client.lastID == nil { published.removeAll() }
            default:
                guard client.isOpen else { continue }
                let limit = Int.random(in: 1...4_000, using: &random)
                client.bytes += room.bytes(to: ConnectionNumber(client.number), limit: limit)
            }
        }
        if client.isOpen { room.fabric.disconnect(ConnectionNumber(client.number)) }
        client.cut(at: client.bytes.count)
        client.number += 1
        room.openStream(client.number, after: client.lastID)
        if client.lastID == nil { published.removeAll() }
        client.bytes += room.bytes(to: ConnectionNumber(client.number))
        client.cut(at: client.bytes.count)
        #expect(client.records == published)
    }
}
