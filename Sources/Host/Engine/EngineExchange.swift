import Bridge
import CodecSandbox
import ColdChain
import Crypto
import DeviceCodecs
import Fabric
import Journal
import System

/// What other threads ask of the engine.
enum EngineMessage: Sendable {
    case command(Command, CommandToken)
    /// Decode a dead letter again, as after its profile was mended (B-8).
    case replay(deadLetter: UInt64, CommandToken)
    /// Place or release a hold, or erase a person's data.
    case duty(RecordsDuty, CommandToken)
    case result(DeliveryResult)
    /// Record that people who may see everything looked at these.
    case accesses([AccessRecord])
    /// Tell webhook endpoints about the log itself.
    case tell(LogEvent)
    case reload(NewSettings)
    /// Commit what was read, acknowledge it, and end.
    case stop
}

/// Settings to go on by.
struct NewSettings: Sendable {
    var bridge: BridgeSettings
    var plan: HACCPPlanText
    var deviceKeys: [AdvertKey]
    /// The names of the settings that have changed, for the log.
    var changedKeys: String
}

/// An answer to a request of the REST API.
struct Answer: Sendable {
    var token: CommandToken
    var response: APIResponse
    /// What became of published messages; nil where none were, or nothing could be recorded.
    var fates: [PublicationFate]?
}

/// How the engine is, for health and metrics.
struct EngineStatus: Sendable {
    struct Broker: Equatable, Sendable {
        var name: String
        var isConnected: Bool
        var connections: UInt64
        /// Messages the broker says it dropped while we watched.
        var dropped: UInt64
        /// Messages the broker holds for its clients; nil where it has not said.
        var stored: UInt64?
        /// Why there is no connection, in words; nil while there is one.
        var trouble: String?
    }

    var turnedAt = Timestamp(milliseconds: 0)
    var isStoreOpen = false
    var brokers: [Broker] = []
    var counters = Counters()
    var silentSensors = 0
    var presence = PresenceCount()
    var messages: UInt64 = 0
    var batches: UInt64 = 0
    var commits: UInt64 = 0
    var commitNanoseconds: UInt64 = 0
    var storeFailures: UInt64 = 0
    /// Readings and fixes that were in the log already.
    var duplicates: UInt64 = 0
    var publicationsLost: UInt64 = 0
    var headFailures = HeadFailures()
    var retention = RetentionStatus()
    var unreadablePlaces: Int64 = 0
    var pendingDeliveries: [String: Int] = [:]
    /// Nil where no profile needs a vendor's codec.
    var codecs: CodecCounters?
}

/// What a turn has made durable and must hand on.
struct Outgoing {
    var publications: [PublishedEvent] = []
    var replies: [CommandReply] = []
    var attempts: [DeliveryAttempt] = []
    var replays: [Replay] = []
    /// What the decoder must know before it decodes on.
    var modelChanges: [ModelChange] = []

    var tokens: [CommandToken] { replies.map(\.token) + replays.map(\.token) }

    mutating func take(_ effects: inout Effects) {
        publications.append(contentsOf: effects.publications)
        replies.append(contentsOf: effects.replies)
        attempts.append(contentsOf: effects.attempts)
        modelChanges.append(contentsOf: effects.modelChanges)
        effects.publications.removeAll(keepingCapacity: true)
        effects.replies.removeAll(keepingCapacity: true)
        effects.attempts.removeAll(keepingCapacity: true)
        effects.modelChanges.removeAll(keepingCapacity: true)
    }

    /// From then on subscribers wait for it.
    mutating func noteDurable(at nanoseconds: UInt64) {
        for index in publications.indices { publications[index].durableAt = nanoseconds }
    }

    mutating func removeAll() {
        publications.removeAll(keepingCapacity: true)
        replies.removeAll(keepingCapacity: true)
        attempts.removeAll(keepingCapacity: true)
        replays.removeAll(keepingCapacity: true)
        modelChanges.removeAll(keepingCapacity: true)
    }
}

/// Where the log stood when it was opened: what the fabric begins with.
struct LogOrigin: Sendable {
    /// Names this run of this log.
    var epoch: String
    /// What positions in the log are hidden with.
    var positionKey: Secret
    var lastEvent: UInt64
    /// Every record after this number can be told again.
    var historyFloor: UInt64
    /// The newest records, oldest first, and the number before them.
    var history: [RecordText]
    var memoryFloor: UInt64
    /// Orders whose parties may subscribe, and the number of the newest message of each.
    var orders: [Order]
    var orderVersions: [String: UInt64]
}
