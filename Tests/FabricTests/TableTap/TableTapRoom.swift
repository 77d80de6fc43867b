import Fabric
import Testing
import Wire

/// The clients of the TableTap dialect in a room.
extension Room {
    /// Connects and throws the greeting away.
    func sitDown(
        _ number: UInt64, _ role: Role, _ subject: String? = nil, site: String? = "c1",
        counters: [String] = []
    ) -> ConnectionNumber {
        let client = connect(
            number, role, subject, site: site, counters: counters, in: .tableTap)
        #expect(messages(to: client).map { $0["type"] } == ["connection_established"])
        return client
    }

    /// Sends a message as its text stands, line breaks aside.
    func say(_ text: String, on connection: ConnectionNumber) throws {
        let line = text.utf8.filter { $0 != UInt8(ascii: "\n") }
        say(try #require(JSONReading.value(of: line)), on: connection)
    }

    func subscribe(_ connection: ConnectionNumber, toNames names: String...) {
        let channels = JSON.array(names.map { .string($0) })
        say(["type": "subscribe", "data": ["channels": channels]], on: connection)
    }

    /// Subscribes and throws the confirmation away.
    func listen(_ connection: ConnectionNumber, to names: String...) {
        let channels = JSON.array(names.map { .string($0) })
        say(["type": "subscribe", "data": ["channels": channels]], on: connection)
        let answers = messages(to: connection)
        #expect(answers.map { $0["data"]?["channels"] } == [channels])
    }
}

extension JSON {
    /// Its texts, where it is a list of them.
    var texts: [String] { array?.compactMap(\.string) ?? [] }

    /// Whether everything that `pattern` has is here; instants and identifiers are compared by
    /// being there.
    func has(_ pattern: JSON) -> Bool {
        switch (self, pattern) {
        case (.object, .object(let members)):
            return members.allSatisfy { member in
                guard let value = self[member.name] else { return false }
                return JSON.aside.contains(member.name) || value.has(member.value)
            }
        case (.array(let elements), .array(let patterns)):
            return elements.count == patterns.count
                && zip(elements, patterns).allSatisfy { $0.has($1) }
        default: return self == pattern
        }
    }

    private static let aside: Set<String> = [
        "timestamp", "serverTime", "processedAt", "connectionId", "retryAfter", "lastMessageId",
        "toMessageId", "completedAt",
    ]
}
