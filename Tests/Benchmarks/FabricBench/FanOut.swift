import ColdChain
import Fabric
import Wire

/// A fan-out of some shape: every channel gets `eventsATurn` events, then every outbox is drained.
struct FanOut {
    enum Kind: CaseIterable {
        case record
        case state
    }

    struct Cost {
        /// Nanoseconds a delivery.
        var publish: Double
        var fill: Double

        var total: Double { publish + fill }

        var text: String {
            "publish \(rounded(publish)) + fill \(rounded(fill)) = \(rounded(total))"
        }

        private func rounded(_ number: Double) -> Double { (number * 10).rounded() / 10 }
    }

    var channels: Int
    /// Subscribers of each channel.
    var subscribers: Int
    var eventsATurn: Int
    /// Whether the same connections follow every channel.
    var isShared = false

    /// Without subscribers an event counts as one.
    var deliveriesATurn: Int { channels * max(subscribers, 1) * eventsATurn }

    var name: String {
        "\(channels) channels x \(subscribers) subscribers x \(eventsATurn)"
            + (isShared ? " (same connections)" : "")
    }
}

extension FanOut {
    /// A fabric with its connections, ready to be run.
    struct Stage: ~Copyable {
        private let scene: FanOut
        private let kind: Kind
        private var fabric: Fabric
        private var effects = FabricEffects()
        private var buffer: [UInt8] = []
        private var events: [PublishedEvent] = []
        private let now = Moment(wall: Timestamp(milliseconds: 1_770_000_000_000), uptime: 0)
        private(set) var bytesWritten = 0
        private var channelNames: [String] = []
        /// What the process held when the orders were known and nobody was connected.
        private(set) var residentBytesBefore = 0

        init(_ scene: FanOut, kind: Kind) {
            self.scene = scene
            self.kind = kind
            var limits = FabricLimits()
            limits.silence = .max
            limits.connections = .max
            fabric = Fabric(
                epoch: "1", lastNumber: 0, limits: limits,
                positions: PositionCoding(append: { _, _ in }, number: { _ in nil }),
                fields: RecordFields { _ in nil }, now: now)
            channelNames = (0..<scene.channels).map { "ORD-2025-\(100_000 + $0)" }
            fabric.restore(channelNames.map { Stage.order($0) })
            residentBytesBefore = residentBytes()
            connect()
            drain()
            prepareEvents()
        }

        private mutating func connect() {
            var number: UInt64 = 0
            for (index, channel) in channelNames.enumerated() {
                for subscriber in 0..<scene.subscribers {
                    number += 1
                    let connection =
                        scene.isShared
                        ? ConnectionNumber(UInt64(subscriber)) : ConnectionNumber(number)
                    if !scene.isShared || index == 0 {
                        fabric.connect(
                            connection, identity: identity(connection), in: .wia, now: now)
                    }
                    fabric.receive(.success(subscription(channel)), on: connection, now: now)
                }
                drain()
            }
        }

        private func identity(_ connection: ConnectionNumber) -> Identity {
            Identity(subject: "user-\(connection.rawValue)", role: .staff)
        }

        private func subscription(_ order: String) -> JSON {
            [
                "type": "subscribe", "id": "1",
                "payload": ["channel": "orders", "filter": ["orderId": .string(order)]],
            ]
        }

        /// Runs `turns` turns and gives what a delivery cost.
        mutating func run(turns: Int) -> Cost {
            let clock = ContinuousClock()
            var publishing = Duration.zero
            var filling = Duration.zero
            for _ in 0..<turns {
                let start = clock.now
                fabric.publish(events, now: now)
                let middle = clock.now
                drain()
                publishing += middle - start
                filling += clock.now - middle
            }
            let deliveries = Double(turns * scene.deliveriesATurn)
            return Cost(
                publish: nanoseconds(publishing) / deliveries,
                fill: nanoseconds(filling) / deliveries)
        }

        private mutating func drain() {
            fabric.takeEffects(into: &effects)
            precondition(effects.closings.isEmpty, "no reader here is slow")
            for connection in effects.ready {
                buffer.removeAll(keepingCapacity: true)
                _ = fabric.fill(connection, into: &buffer, limit: 1 << 20)
                bytesWritten &+= buffer.count
            }
        }

        private mutating func prepareEvents() {
            for _ in 0..<scene.eventsATurn {
                for name in channelNames {
                    switch kind {
                    case .record:
                        let change = OrderChange(order: Stage.order(name), previousStatus: .ready)
                        events.append(Stage.published(.order(change), of: change.order))
                    case .state:
                        // A bag each event, so that nothing is conflated within a turn.
                        let bag = "bag-\(events.count)"
                        let update = Stage.temperature(order: name, bag: bag)
                        events.append(PublishedEvent(.temperature(update)))
                    }
                }
            }
        }

        /// Told at once and not kept: what is measured is the fan-out.
        private static func published(_ event: Event, of order: Order) -> PublishedEvent {
            let positions = event.channels(of: order).map { ChannelPosition($0, sequence: 1) }
            let record = RecordText(
                event, number: nil, at: event.occurredAt, positions: positions)
            return record.map { PublishedEvent(event, $0) } ?? PublishedEvent(event)
        }

        private static func order(_ name: String) -> Order {
            Order(
                number: OrderNumber(1), id: name, foodClass: .hot, status: .pickedUp,
                createdAt: Timestamp(milliseconds: 0), updatedAt: Timestamp(milliseconds: 0))
        }

        private static func temperature(order: String, bag: String) -> TemperatureUpdate {
            TemperatureUpdate(
                order: order, bag: bag, device: "sensor-4711", celsius: 63.4, humidity: 41,
                measuredAt: Timestamp(milliseconds: 1_770_000_000_000),
                receivedAt: Timestamp(milliseconds: 1_770_000_000_412), quality: .good,
                isWithinLimit: true)
        }
    }
}

private func nanoseconds(_ duration: Duration) -> Double {
    let (seconds, attoseconds) = duration.components
    return Double(seconds) * 1e9 + Double(attoseconds) / 1e9
}
