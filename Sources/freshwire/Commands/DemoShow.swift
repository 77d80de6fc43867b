import ColdChain
import Fabric
import Host
import Intake
import System
import Wire

/// What the demo publishes, and what it shows of what Freshwire tells.
struct DemoShow {
    private var fleet: Fleet
    private let port: UInt16
    private let brokerPort: UInt16
    private let token: String
    private var temperatures: [String: TemperatureUpdate] = [:]
    private var locations: [String: LocationUpdate] = [:]
    private var alerts: [TemperatureAlert] = []
    private var breached: Set<String> = []
    private var events = 0
    private var rows = 0

    /// Alerts shown below the table, the newest last.
    private static let alertsShown = 4
    /// Rows of the table; a larger fleet has the rest counted.
    private static let rowsShown = 24

    init(fleet: Fleet, port: UInt16, brokerPort: UInt16, token: String) {
        self.fleet = fleet
        self.port = port
        self.brokerPort = brokerPort
        self.token = token
    }

    /// Tells, as a delivery platform does by MQTT, of an order in each bag.
    mutating func announceOrders(through publisher: Publisher) throws(PublishError) {
        for index in fleet.bags.indices {
            let order = Fleet.orderName(index)
            let vehicle = Fleet.vehicleName(index % fleet.vehicles.count)
            let created: JSON = [
                "event": "order.created",
                "data": [
                    "foodClass": .string(fleet.bags[index].foodClass.name),
                    "customerId": .string("cust-\(index + 1)"), "vehicleId": .string(vehicle),
                    "driverId": .string("driver-\(index % fleet.vehicles.count + 1)"),
                ],
            ]
            let bound: JSON = [
                "event": "order.bag_bound", "data": ["bagId": .string(Fleet.bagName(index))],
            ]
            for event in [created, bound] {
                try publisher.publish(topic: "orders/\(order)/events", payload: event.bytes)
            }
        }
    }

    /// Lets a second pass and publishes what the sensors and trackers say.
    mutating func advance(through publisher: Publisher) throws(PublishError) {
        fleet.advance(bySeconds: 1)
        let now = Clock.wallMilliseconds()
        for index in fleet.bags.indices {
            let message = fleet.reading(ofBag: index, at: now)
            try publisher.publish(topic: message.topic, payload: message.payload)
        }
        for index in fleet.vehicles.indices {
            let message = fleet.fix(ofVehicle: index, at: now)
            try publisher.publish(topic: message.topic, payload: message.payload)
        }
    }

    mutating func take(_ event: Event) {
        events += 1
        switch event {
        case .temperature(let update): temperatures[update.bag] = update
        case .location(let update): locations[update.vehicle] = update
        case .alert(let alert):
            alerts.append(alert)
            if alert.state == .opened {
                breached.insert(alert.bag)
            } else {
                breached.remove(alert.bag)
            }
        case .order: break
        }
    }

    /// Draws the table, over the last one on a terminal.
    mutating func draw() {
        var lines = head
        for bag in fleet.bags.prefix(Self.rowsShown) { lines.append(line(of: bag)) }
        let hidden = fleet.bags.count - Self.rowsShown
        if hidden > 0 { lines.append("  … and \(hidden) more") }
        lines.append("")
        for alert in alerts.suffix(Self.alertsShown) { lines.append(line(of: alert)) }
        if Environment.outputIsTerminal {
            let up = rows > 0 ? "\u{1B}[\(rows)A" : ""
            let text = lines.map { $0 + "\u{1B}[K\n" }.joined()
            StandardStream.output.write(up + text + "\u{1B}[J")
            rows = lines.count
        } else {
            StandardStream.output.write(lines.joined(separator: "\n") + "\n\n")
        }
    }

    private var head: [String] {
        [
            "Freshwire demo · \(fleet.bags.count) bags, \(fleet.vehicles.count) vehicles · "
                + "\(events) events published · Ctrl-C ends it",
            "",
            "  log of an order   curl -H \"Authorization: Bearer $TOKEN\" "
                + "http://127.0.0.1:\(port)/v1/orders/\(Fleet.orderName(3))/temperature",
            "  live updates      ws://127.0.0.1:\(port)/v1/realtime  (wia-ind-009-v1)",
            "  health, metrics   http://127.0.0.1:\(port)/health/ready  …/metrics",
            "  broker            mosquitto_sub -p \(brokerPort) -t 'bags/#' -v",
            "  TOKEN=\(token)",
            "",
            "  BAG       FOOD    ORDER     VEHICLE    INSIDE   LIMIT      AT",
        ]
    }

    private func line(of bag: BagModel) -> String {
        guard let update = temperatures[bag.name] else {
            return
                "  \(bag.name)  \(bag.foodClass.name.padded(to: 6))  waiting for its first reading"
        }
        let index = fleet.bags.firstIndex { $0.name == bag.name } ?? 0
        let vehicle = Fleet.vehicleName(index % fleet.vehicles.count)
        let state: String
        switch update.isWithinLimit {
        case true?: state = "kept"
        case false?: state = "BREACHED"
        case nil: state = "unknown"
        }
        var at = "not known"
        if let location = locations[vehicle] {
            let speed = Int(((location.position.speed ?? 0) * 3.6).rounded())
            at = "\(location.position.latitude), \(location.position.longitude)  \(speed) km/h"
        }
        let row =
            "  \(bag.name)  \(bag.foodClass.name.padded(to: 6))  "
            + "\((update.order ?? "-").padded(to: 8))  \(vehicle)  "
            + "\(celsius(update.celsius).padded(to: 8)) \(state.padded(to: 9))  \(at)"
        let isBreached = update.isWithinLimit == false
        return isBreached && Environment.outputIsTerminal ? "\u{1B}[1;31m\(row)\u{1B}[0m" : row
    }

    private func line(of alert: TemperatureAlert) -> String {
        let time = RFC3339.text(alert.measuredAt.milliseconds).dropFirst(11).prefix(8)
        let limit = alert.excursion.limit
        let kept = limit.minimum.map { "at least \($0)" } ?? limit.maximum.map { "at most \($0)" }
        switch alert.state {
        case .opened:
            return "  \(time)  ALERT  order \(alert.order): bag \(alert.bag) at "
                + "\(celsius(alert.celsius)), \(alert.excursion.foodClass.name) food needs "
                + "\(kept ?? "no limit") °C"
        case .closed:
            return "  \(time)  closed order \(alert.order): bag \(alert.bag) is back at "
                + celsius(alert.celsius)
        }
    }

    private func celsius(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return "\(tenths) °C"
    }
}
