import Bridge
import ColdChain
import SimulatedHardware
import Simulator
import Wire

/// One bag's day: its orders, its lid, its air, and what its sensors make of it.
struct BagCourse {
    private(set) var sensors: [Shift.Sensor] = []
    private(set) var tellings: [Shift.Telling] = []
    private(set) var deeds: [Shift.Deed] = []
    private(set) var orders: [String] = []
    private let bag: String
    private let start: Timestamp
    private let end: Timestamp
    private let interval: ClosedRange<Double>
    private var random: SplitMix64
    private var air: [AirEvent] = []
    private let foodClass: FoodClass

    /// What happens to the air in the bag.
    private struct AirEvent {
        enum Kind {
            case loaded(Double)
            case opened
            case closed
        }

        var at: Timestamp
        var kind: Kind
    }

    init(
        number: Int, from start: Timestamp, until end: Timestamp, interval: ClosedRange<Double>,
        random: SplitMix64
    ) {
        bag = "bag-\(number)"
        self.start = start
        self.end = end
        self.interval = interval
        self.random = random
        foodClass = self.random.pick([.hot, .hot, .cold, .cold, .frozen, .ambient])
    }

    mutating func play() {
        planOrders()
        planLid()
        air.sort { $0.at < $1.at }
        measure()
    }

    // MARK: Orders

    private mutating func planOrders() {
        var at = later(than: start, bySeconds: 0...1_200)
        while at < end {
            let order = "order-\(bag)-\(orders.count + 1)"
            orders.append(order)
            let created = at
            let bound = later(than: created, bySeconds: 0...300)
            let pickedUp = later(than: bound, bySeconds: 60...900)
            let delivered = later(than: pickedUp, bySeconds: 600...2_700)
            create(order, at: created)
            bind(order, at: bound, knownFrom: created)
            prepare(order, between: bound, and: pickedUp)
            pickUp(order, at: pickedUp)
            let isForgotten = random.chance(0.1)
            if delivered <= end, !isForgotten { deliver(order, at: delivered, after: pickedUp) }
            at = later(than: delivered, bySeconds: 120...1_500)
        }
    }

    private mutating func later(
        than instant: Timestamp, bySeconds seconds: ClosedRange<Double>
    ) -> Timestamp {
        instant.advanced(byMilliseconds: random.milliseconds(ofSeconds: seconds)).roundedUp()
    }

    private mutating func tell(_ command: Command, at instant: Timestamp) {
        deeds.append(Shift.Deed(at: instant, command: command))
    }

    private mutating func create(_ order: String, at instant: Timestamp) {
        var fields = OrderFields()
        fields.id = order
        fields.foodClass = foodClass
        fields.promisedAt = instant.advanced(byMilliseconds: 2_400_000)
        tell(.createOrder(fields), at: instant)
    }

    /// Now and then the platform tells late from when on the bag carried the order.
    private mutating func bind(_ order: String, at instant: Timestamp, knownFrom: Timestamp) {
        let isLate = random.chance(0.3)
        let from = isLate ? instant.advanced(byMilliseconds: -100_000) : nil
        let isPossible = from.map { $0 >= knownFrom } ?? false
        tell(.bindBag(order: order, bag: bag, from: isPossible ? from : nil), at: instant)
        let celsius: Double =
            switch foodClass {
            case .hot: Double(random.int(66...78))
            case .cold: Double(random.int(1...4))
            case .frozen: Double(random.int(-24 ... -19))
            case .ambient: Double(random.int(18...24))
            }
        air.append(AirEvent(at: from ?? instant, kind: .loaded(celsius)))
    }

    private mutating func prepare(
        _ order: String, between bound: Timestamp, and pickedUp: Timestamp
    ) {
        var fields = OrderFields()
        let quarter = pickedUp.milliseconds(since: bound) / 4
        for (step, status) in [OrderStatus.confirmed, .preparing, .ready].enumerated()
        where random.chance(0.6) {
            fields.status = status
            let at = bound.advanced(byMilliseconds: quarter * Int64(step + 1)).roundedUp()
            tell(.amendOrder(id: order, fields), at: min(at, pickedUp))
        }
    }

    private mutating func pickUp(_ order: String, at instant: Timestamp) {
        var fields = OrderFields()
        fields.status = .pickedUp
        fields.driver = "driver-\(bag)"
        if random.chance(0.4) { fields.pickedUpAt = instant.advanced(byMilliseconds: -45_000) }
        tell(.amendOrder(id: order, fields), at: instant)
        guard random.chance(0.5) else { return }
        fields = OrderFields()
        fields.status = .inTransit
        tell(.amendOrder(id: order, fields), at: later(than: instant, bySeconds: 30...120))
    }

    private mutating func deliver(
        _ order: String, at instant: Timestamp, after pickedUp: Timestamp
    ) {
        var fields = OrderFields()
        fields.status = random.chance(0.05) ? .cancelled : .delivered
        if fields.status == .delivered, random.chance(0.4) {
            fields.deliveredAt = instant.advanced(byMilliseconds: -90_000)
        }
        tell(.amendOrder(id: order, fields), at: instant)
    }

    // MARK: The lid

    /// Short looks, and some lids that stay open for long enough to matter.
    private mutating func planLid() {
        var at = later(than: start, bySeconds: 300...4_000)
        while at < end {
            air.append(AirEvent(at: at, kind: .opened))
            let open: ClosedRange<Double> = random.chance(0.3) ? 120...1_200 : 5...60
            at = later(than: at, bySeconds: open)
            air.append(AirEvent(at: at, kind: .closed))
            at = later(than: at, bySeconds: 600...7_200)
        }
    }

    // MARK: Measuring

    private mutating func measure() {
        sensors = [Shift.Sensor(bag: bag, profile: 0)]
        if random.chance(0.25) { sensors.append(Shift.Sensor(bag: bag, profile: 1)) }
        var devices = sensors.indices.map { index in
            SensorCourse(
                number: index, from: start, until: end, interval: interval, random: &random)
        }
        var model = BagModel(
            name: bag, foodClass: foodClass, celsius: 21, ambient: Double(random.int(12...31)))
        var reached = start
        var events = air[...]
        while let next = devices.indices.min(by: { devices[$0].due < devices[$1].due }) {
            let due = devices[next].due
            guard due < end else { break }
            while let event = events.first, event.at <= due {
                model.advance(bySeconds: Double(event.at.milliseconds(since: reached)) / 1000)
                reached = max(reached, event.at)
                switch event.kind {
                case .loaded(let celsius): model.load(celsius)
                case .opened: model.isOpen = true
                case .closed: model.isOpen = false
                }
                events.removeFirst()
            }
            model.advance(bySeconds: Double(due.milliseconds(since: reached)) / 1000)
            reached = due
            devices[next].measure(model, into: &tellings, random: &random)
        }
    }
}

extension BagModel {
    /// Somebody puts food in, and with it another air.
    fileprivate mutating func load(_ celsius: Double) {
        self = BagModel(
            name: name, foodClass: foodClass, celsius: celsius, ambient: ambient, isOpen: isOpen)
    }
}
