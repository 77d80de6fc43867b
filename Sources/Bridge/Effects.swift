package import ColdChain
package import Fabric

/// What the bridge wants done. The owner performs it, empties it and hands it back in.
///
/// `records` come first: until they are durable, nothing else here may leave the process.
package struct Effects: Sendable {
    /// What must be durable together, in one transaction.
    package var records = RecordBatch()
    /// What the fabric may tell its subscribers once `records` are durable, in order.
    package var publications: [PublishedEvent] = []
    /// Webhook deliveries to be tried now.
    package var attempts: [DeliveryAttempt] = []
    /// Endpoints whose further pending deliveries are to be read back from the journal.
    package var refills: [DeliveryRefill] = []
    /// Orders whose temperatures in the log are to be judged anew, once `records` are durable: all
    /// of them at once, by `Bridge.recalled`.
    package var recalls: [OrderNumber] = []
    /// Stretches of channels that are to be judged anew, once `records` are durable; what that
    /// revises must be durable before `recalls` are answered.
    package var channelRecalls: [ChannelRecall] = []
    /// Stretches of two sensors of one bag that are to be compared anew, once what
    /// `channelRecalls` revised is durable.
    package var pairRecalls: [PairRecall] = []
    /// Answers to commands, to be given once `records` are durable.
    package var replies: [CommandReply] = []
    /// Which profiles the decoder must take for which devices, once `records` are durable; in order.
    package var modelChanges: [ModelChange] = []

    package init() {}

    /// Empties everything and keeps the memory for the next turn.
    package mutating func removeAll() {
        records.removeAll()
        publications.removeAll(keepingCapacity: true)
        attempts.removeAll(keepingCapacity: true)
        refills.removeAll(keepingCapacity: true)
        recalls.removeAll(keepingCapacity: true)
        channelRecalls.removeAll(keepingCapacity: true)
        pairRecalls.removeAll(keepingCapacity: true)
        replies.removeAll(keepingCapacity: true)
        modelChanges.removeAll(keepingCapacity: true)
    }
}

/// The rows of one transaction of the journal.
package struct RecordBatch: Equatable, Sendable {
    /// Sources seen for the first time; they precede the rows that name them.
    package var sources: [Source] = []
    /// A reading whose source, time, quantity, probe and value (or marker) are in the log already is
    /// not recorded again.
    package var readings: [Reading] = []
    /// A fix whose source, time and coordinates are in the log already is not recorded again.
    package var fixes: [Fix] = []
    /// What later readings made of earlier ones, of this batch or in the log; in this order, the
    /// last holds.
    package var qualityRevisions: [RevisedQuality] = []
    /// New and changed orders, whole, by number. An order's id may come again under a new number
    /// once the order is no longer restored.
    package var orders: [Order] = []
    /// New and ended custody, whole, by bag, order and start.
    package var custody: [Custody] = []
    /// New and changed excursions, whole, by number.
    package var excursions: [Excursion] = []
    /// New and changed gaps, whole, by order, source and start.
    package var dataGaps: [DataGap] = []
    /// New and changed silences, whole, by order, bag, channel and start.
    package var silences: [Silence] = []
    package var checkpoints: [Checkpoint] = []
    /// New states of alerts in their order, and what people did.
    package var alerts: [AlertRecord] = []
    /// New entries of the register of calibrations; readings of the batch may name them.
    package var calibrations: [CalibrationEntry] = []
    /// What people who may see everything looked at.
    package var accesses: [AccessRecord] = []
    package var events: [EventRecord] = []
    /// Records as they are told again to whoever comes back.
    package var history: [HistoryRecord] = []
    /// What was published by whom, for as long as the history is kept.
    package var publications: [PublicationRecord] = []
    /// New and changed offers, whole, by number.
    package var offers: [Offer] = []
    /// What changed of drivers' presence, in this order.
    package var presence: [PresenceChange] = []
    package var deliveries: [DeliveryRecord] = []
    package var deliveryProgress: [DeliveryProgress] = []
    package var deadLetters: [DeadLetter] = []
    /// Messages that carry no identity of their own, so that a redelivery is known again; in this
    /// order, after all that were recorded before.
    package var fingerprints: [DeliveryFingerprint] = []
    /// The messages that readings and fixes of this batch came in.
    package var rawMessages = RawMessages()
    package var devices: [DeviceChange] = []
    package var unknownFrames: [UnknownFrameChange] = []
    package var announcements: [AnnouncementMessage] = []

    package init() {}

    package var isEmpty: Bool {
        readings.isEmpty && fixes.isEmpty && sources.isEmpty && orders.isEmpty && custody.isEmpty
            && excursions.isEmpty && dataGaps.isEmpty && checkpoints.isEmpty && events.isEmpty
            && deliveries.isEmpty
            && deliveryProgress.isEmpty && deadLetters.isEmpty && fingerprints.isEmpty
            && rawMessages.blocks.isEmpty && devices.isEmpty && unknownFrames.isEmpty
            && announcements.isEmpty && qualityRevisions.isEmpty && calibrations.isEmpty
            && alerts.isEmpty && silences.isEmpty && history.isEmpty
            && publications.isEmpty && offers.isEmpty && presence.isEmpty && accesses.isEmpty
    }

    package mutating func removeAll() {
        sources.removeAll(keepingCapacity: true)
        readings.removeAll(keepingCapacity: true)
        fixes.removeAll(keepingCapacity: true)
        qualityRevisions.removeAll(keepingCapacity: true)
        orders.removeAll(keepingCapacity: true)
        custody.removeAll(keepingCapacity: true)
        excursions.removeAll(keepingCapacity: true)
        dataGaps.removeAll(keepingCapacity: true)
        silences.removeAll(keepingCapacity: true)
        checkpoints.removeAll(keepingCapacity: true)
        alerts.removeAll(keepingCapacity: true)
        calibrations.removeAll(keepingCapacity: true)
        accesses.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        history.removeAll(keepingCapacity: true)
        publications.removeAll(keepingCapacity: true)
        offers.removeAll(keepingCapacity: true)
        presence.removeAll(keepingCapacity: true)
        deliveries.removeAll(keepingCapacity: true)
        deliveryProgress.removeAll(keepingCapacity: true)
        deadLetters.removeAll(keepingCapacity: true)
        fingerprints.removeAll(keepingCapacity: true)
        rawMessages.removeAll()
        devices.removeAll(keepingCapacity: true)
        unknownFrames.removeAll(keepingCapacity: true)
        announcements.removeAll(keepingCapacity: true)
    }
}

/// A record as the fabric tells it, kept for as long as it may be told again.
package struct HistoryRecord: Equatable, Sendable {
    package var record: RecordText
    /// Nil where it belongs to no order.
    package var order: OrderNumber?
    package var keptAt: Timestamp

    package init(_ record: RecordText, order: OrderNumber?, keptAt: Timestamp) {
        self.record = record
        self.order = order
        self.keptAt = keptAt
    }
}

/// A row of the audit of what was looked at.
package struct AccessRecord: Equatable, Sendable {
    package var access: ResourceAccess
    package var at: Timestamp

    package init(_ access: ResourceAccess, at: Timestamp) {
        self.access = access
        self.at = at
    }
}

/// An event of the record class, as the journal keeps it.
package struct EventRecord: Equatable, Sendable {
    /// Counted from 1 over the life of the log.
    package var number: UInt64
    /// The event's name in the webhook catalogue, such as `order.temperature_alert`.
    package var name: String
    package var order: OrderNumber
    package var occurredAt: Timestamp
    /// The event's data as JSON text.
    package var data: [UInt8]

    package init(
        number: UInt64, name: String, order: OrderNumber, occurredAt: Timestamp, data: [UInt8]
    ) {
        self.number = number
        self.name = name
        self.order = order
        self.occurredAt = occurredAt
        self.data = data
    }
}

/// A webhook delivery that is owed to an endpoint: a row of the transactional outbox.
package struct DeliveryRecord: Equatable, Sendable {
    /// Counted from 1 over the life of the log.
    package var number: UInt64
    /// The endpoint's name in the configuration.
    package var endpoint: String
    package var event: UInt64
    /// `{"event":…,"timestamp":…,"data":…}`: what is signed, without the signature.
    package var body: [UInt8]
    package var createdAt: Timestamp
    /// How often it has been tried.
    package var attempts: Int
    package var nextAttemptAt: Timestamp

    package init(
        number: UInt64, endpoint: String, event: UInt64, body: [UInt8], createdAt: Timestamp,
        attempts: Int = 0, nextAttemptAt: Timestamp
    ) {
        self.number = number
        self.endpoint = endpoint
        self.event = event
        self.body = body
        self.createdAt = createdAt
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
    }
}

/// What became of an attempt at a delivery.
package struct DeliveryProgress: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        case pending = 1
        case delivered = 2
        /// Given up after the last attempt, or because its endpoint is gone.
        case abandoned = 3
    }

    package var number: UInt64
    package var state: State
    package var attempts: Int
    package var attemptedAt: Timestamp
    package var nextAttemptAt: Timestamp
    /// The HTTP status answered; nil where there was no answer.
    package var status: Int?
    /// Why it failed, in words for the log; nil where it did not.
    package var failure: String?

    package init(
        number: UInt64, state: State, attempts: Int, attemptedAt: Timestamp,
        nextAttemptAt: Timestamp, status: Int?, failure: String?
    ) {
        self.number = number
        self.state = state
        self.attempts = attempts
        self.attemptedAt = attemptedAt
        self.nextAttemptAt = nextAttemptAt
        self.status = status
        self.failure = failure
    }
}

/// A message that could not be decoded, kept with the reason (B-8).
package struct DeadLetter: Equatable, Sendable {
    package var receivedAt: Timestamp
    /// The broker's name in the configuration.
    package var broker: String
    package var topic: [UInt8]
    /// The payload, cut to the configured number of bytes.
    package var payload: [UInt8]
    /// The payload's whole length in bytes.
    package var payloadLength: Int
    /// A short constant name of what is wrong, such as `not_json`; what metrics count by.
    package var reason: String
    /// The reason in words, with the row or the field at fault.
    package var detail: String

    package init(
        receivedAt: Timestamp, broker: String, topic: [UInt8], payload: [UInt8],
        payloadLength: Int, reason: String, detail: String
    ) {
        self.receivedAt = receivedAt
        self.broker = broker
        self.topic = topic
        self.payload = payload
        self.payloadLength = payloadLength
        self.reason = reason
        self.detail = detail
    }
}

/// What tells a redelivery of a message from a second message that says the same: a hash of
/// broker, packet identifier, topic and payload. The journal keeps it without looking into it.
package struct DeliveryFingerprint: Hashable, Sendable {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// A delivery to be tried now, over HTTP.
package struct DeliveryAttempt: Equatable, Sendable {
    package var number: UInt64
    package var endpoint: String
    /// The body without its signature, as in `DeliveryRecord`.
    package var body: [UInt8]
    /// Counted from 1.
    package var attempt: Int

    package init(number: UInt64, endpoint: String, body: [UInt8], attempt: Int) {
        self.number = number
        self.endpoint = endpoint
        self.body = body
        self.attempt = attempt
    }
}

/// How an attempt ended.
package struct DeliveryResult: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        /// Any 2xx.
        case accepted(status: Int)
        /// Any other status; `retryAfterMilliseconds` where the receiver asked for it.
        case refused(status: Int, retryAfterMilliseconds: Int64?)
        /// No answer: the reason in words.
        case failed(String)
    }

    package var number: UInt64
    package var endpoint: String
    package var outcome: Outcome

    package init(number: UInt64, endpoint: String, outcome: Outcome) {
        self.number = number
        self.endpoint = endpoint
        self.outcome = outcome
    }
}

/// Pending deliveries of one endpoint, by number, that memory no longer holds.
package struct DeliveryRefill: Equatable, Sendable {
    package var endpoint: String
    /// Only deliveries with a greater number are wanted.
    package var after: UInt64
    package var limit: Int

    package init(endpoint: String, after: UInt64, limit: Int) {
        self.endpoint = endpoint
        self.after = after
        self.limit = limit
    }
}

/// New flags of a reading of the log, which take the place of those it was recorded with.
package struct RevisedQuality: Equatable, Sendable {
    package var source: SourceNumber
    package var quantity: Quantity
    package var probe: UInt8
    package var measuredAt: Timestamp
    package var receivedAt: Timestamp
    /// NaN where the reading has a marker.
    package var value: Double
    package var quality: ReadingQuality
    package var revisedAt: Timestamp
    /// Where all that it says is that the reading, which nothing was said of since it was recorded,
    /// was no spike: the place in the batch's readings of the one that showed it. Such revisions
    /// stand in the order of these places, each of a place of its own.
    package var settler: Int?

    package init(
        source: SourceNumber, quantity: Quantity, probe: UInt8, measuredAt: Timestamp,
        receivedAt: Timestamp, value: Double, quality: ReadingQuality, revisedAt: Timestamp,
        settler: Int? = nil
    ) {
        self.settler = settler
        self.source = source
        self.quantity = quantity
        self.probe = probe
        self.measuredAt = measuredAt
        self.receivedAt = receivedAt
        self.value = value
        self.quality = quality
        self.revisedAt = revisedAt
    }
}

/// A stretch of one channel of the log: with the last time before it and the next two after it.
/// Readings whose time of measurement is impossible are none of the channel's.
package struct ChannelRecall: Equatable, Sendable {
    package var source: SourceNumber
    package var quantity: Quantity
    package var probe: UInt8
    package var stretch: ChannelQuality.Reassessment

    package init(
        source: SourceNumber, quantity: Quantity, probe: UInt8,
        stretch: ChannelQuality.Reassessment
    ) {
        self.source = source
        self.quantity = quantity
        self.probe = probe
        self.stretch = stretch
    }
}

/// One stretch of two channels of the log, each to be answered as a `ChannelRecall`.
package struct PairRecall: Equatable, Sendable {
    package var first: ChannelRecall
    package var second: ChannelRecall

    package init(first: ChannelRecall, second: ChannelRecall) {
        self.first = first
        self.second = second
    }
}
