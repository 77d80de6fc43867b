import Bridge
import CodecSandbox
import DeviceCodecs
import Intake
import Journal
import System

/// What the engine thread is told by the configuration.
struct EngineSettings: Sendable {
    var brokers: [BrokerSettings]
    var bridge: BridgeSettings
    var store: JournalSettings
    var codecs: CodecSandboxSettings
    /// What the log is told of the HACCP plan in force.
    var plan: HACCPPlanText
    var deviceKeys: [AdvertKey]
    /// Nil where no messages are taken by MQTT.
    var eventTopic: EventTopic?
    /// Where brokers keep the head of the log; nil nowhere.
    var headTopic: String?
    /// How often webhook endpoints are told the head, in milliseconds.
    var headEventMilliseconds: Int64 = 3_600_000
    /// Messages and bytes of one turn at most.
    var batchMessages = 500
    var batchBytes = 4 << 20
    /// How many bytes of records the fabric begins with, at most: a start does not wait for more, as
    /// what is older is asked of the log.
    static let restoredHistoryBytes = 8 << 20
    var historyBytes = restoredHistoryBytes
    /// A longer payload is a dead letter.
    var payloadBytes = 1 << 20
    /// The longest wait of a turn, in milliseconds: how late a timer may fire.
    var tickMilliseconds: Int64 = 250
}

/// Why the daemon could not start.
package struct StartError: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }

    /// Runs a call to the operating system whose failure ends the start.
    static func catching<Value>(
        _ body: () throws(SystemError) -> Value
    ) throws(StartError) -> Value {
        do throws(SystemError) {
            return try body()
        } catch {
            throw StartError(error.description)
        }
    }
}
