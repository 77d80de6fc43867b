import ColdChain
import FoundationEssentials
import SimulatedHardware
import Testing

/// The scenario that is shipped.
func lunchRush() throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    return try Array(Data(contentsOf: root.appending(path: "Devices/scenarios/lunch-rush.yaml")))
}

/// 2026-11-20T12:00:00Z.
let noon = Timestamp(milliseconds: 1_795_176_000_000)

func scenario(_ text: String) throws -> Scenario {
    try Scenario(yaml: Array(text.utf8))
}

func play(_ scenario: Scenario, start: Timestamp = noon) -> [PlayedMessage] {
    var player = ScenarioPlayer(scenario, start: start)
    var messages: [PlayedMessage] = []
    while let message = player.next() { messages.append(message) }
    return messages
}

func bytes(_ hexadecimal: String) throws -> [UInt8] {
    let digits = Array(hexadecimal)
    return try stride(from: 0, to: digits.count, by: 2).map {
        try #require(UInt8(String(digits[$0..<$0 + 2]), radix: 16))
    }
}
