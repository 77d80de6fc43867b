import ColdChain
import Fabric
import Host
import Intake
import SimulatedHardware
import System
import Wire

/// What the demo publishes, and what it shows of what Freshwire tells.
struct DemoShow {
    private var fleet: Fleet
    private let port: UInt16
    private let brokerPort: UInt16
    private let tokenFile: String
    private var temperatures: [String: TemperatureUpdate] = [:]
    private var locations: [String: LocationUpdate] = [:]
    private var alerts: [TemperatureAlert] = []
    private var breached: Set<String> = []
    private var events = 0

    /// Alerts shown below the table, the newest last.
    private static let alertsShown = 4
    /// Rows of the table; a larger fleet has the rest counted.
    private static let rowsShown = 24

    init(fleet: Fleet, port: UInt16, brokerPort: UInt16, tokenFile: String) {
        self.fleet = fleet
        self.port = port
        self.brokerPort = brokerPort
        self.tokenFile = tokenFile
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
            if alert.excursion.isOpen {
                breached.insert(alert.bag)
            } else {
                breached.remove(alert.bag)
            }
        case .dataLoss, .silence, .order, .alertUpdate: break
        }
    }

    /// Draws the table: over the whole terminal, as far as it has room, or as plain lines.
    func draw() {
        guard let (columns, rows) = Environment.terminalSize else {
            let lines = head + table(rows: Self.rowsShown) + [""] + alertLines
            StandardStream.output.write(lines.map(\.text).joined(separator: "\n") + "\n\n")
            return
        }
        let head = self.head
        let alerts = alertLines
        let room = max(rows - head.count - alerts.count - 2, 1)
        let lines = head + table(rows: min(room, fleet.bags.count + 1)) + [""] + alerts
        let shown = lines.prefix(rows - 1).map { $0.shown(width: columns) + "\u{1B}[K" }
        // To the upper left corner; what an earlier picture left below is wiped.
        StandardStream.output.write("\u{1B}[H" + shown.joined(separator: "\n") + "\u{1B}[J")
    }

    /// A line of the picture.
    private struct Line: ExpressibleByStringLiteral {
        var text: String
        var isAlarming = false

        init(_ text: String, isAlarming: Bool = false) {
            self.text = text
            self.isAlarming = isAlarming
        }

        init(stringLiteral text: String) { self.init(text) }

        /// Cut to the terminal's width, so that it takes one row; red where it alarms.
        func shown(width: Int) -> String {
            let cut = String(text.prefix(width))
            return isAlarming ? "\u{1B}[1;31m\(cut)\u{1B}[0m" : cut
        }
    }

    /// The bags as far as `rows` rows take them, breached ones first where not all fit.
    private func table(rows: Int) -> [Line] {
        guard fleet.bags.count > rows else { return fleet.bags.map { line(of: $0) } }
        let shown =
            fleet.bags.filter { breached.contains($0.name) }
            + fleet.bags.filter { !breached.contains($0.name) }
        let lines = shown.prefix(max(rows - 1, 0)).map { line(of: $0) }
        return lines + [Line("  … and \(fleet.bags.count - lines.count) more")]
    }

    private var alertLines: [Line] {
        alerts.suffix(Self.alertsShown).map { Line(line(of: $0), isAlarming: $0.state == .opened) }
    }

    private var head: [Line] {
        let title =
            "Freshwire demo · \(fleet.bags.count) bags, \(fleet.vehicles.count) vehicles · "
            + "\(events) events · Ctrl-C ends it"
        let places = [
            "  live updates      ws://127.0.0.1:\(port)/v1/realtime  (wia-ind-009-v1)",
            "  health, metrics   http://127.0.0.1:\(port)/health/ready  …/metrics",
            "  broker            mosquitto_sub -p \(brokerPort) -t 'bags/#' -v",
            "  log of an order   http://127.0.0.1:\(port)/v1/orders/"
                + "\(Fleet.orderName(3))/temperature",
            "    with  -H \"Authorization: Bearer $(cat \(tokenFile))\"",
        ]
        return [Line(title), ""] + places.map { Line($0) }
            + ["", "  BAG       FOOD    ORDER     VEHICLE    INSIDE   LIMIT      AT"]
    }

    private func line(of bag: BagModel) -> Line {
        guard let update = temperatures[bag.name] else {
            let food = bag.foodClass.name.padded(to: 6)
            return Line("  \(bag.name)  \(food)  waiting for its first reading")
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
        return Line(row, isAlarming: update.isWithinLimit == false)
    }

    private func line(of alert: TemperatureAlert) -> String {
        let time = RFC3339.text(alert.measuredAt.milliseconds).dropFirst(11).prefix(8)
        let limit = alert.excursion.limit
        let kept = limit.minimum.map { "at least \($0)" } ?? limit.maximum.map { "at most \($0)" }
        switch alert.state {
        case .opened:
            return "  \(time)  ALERT  order \(alert.order): bag \(alert.bag) at "
                + "\(celsius(alert.celsius ?? alert.excursion.peak)), \(alert.excursion.foodClass.name) food needs "
                + "\(kept ?? "no limit") °C"
        case .closed:
            return "  \(time)  closed order \(alert.order): bag \(alert.bag) is back at "
                + (alert.celsius.map(celsius) ?? "an unknown temperature")
        case .revised, .corrected:
            return "  \(time)  \(alert.state.name) order \(alert.order): bag \(alert.bag)"
        }
    }

    private func celsius(_ value: Double) -> String {
        let tenths = (value * 10).rounded() / 10
        return "\(tenths) °C"
    }
}
