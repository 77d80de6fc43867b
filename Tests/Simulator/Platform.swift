import Bridge
import ColdChain
import Wire

/// The delivery platform: makes orders, binds bags, changes and ends orders, by API and by MQTT,
/// now and then twice, late, or against the rules.
struct Platform {
    /// Commands asked by API that were not answered yet.
    private(set) var waiting: [Process.Asked] = []
    /// Commands to be asked (again): the answer was lost, or the store was away.
    private(set) var unasked: [Command] = []
    private var lastToken: UInt64 = 0
    private var orderCount = 0
    private var driverCount = 0
    /// How often each driver was told: each is told for one order and at one time only.
    private(set) var tellings: [String: Int] = [:]
    /// Tags that were ever registered, moved or removed by command.
    private(set) var moved: Set<String> = []
    var known: [String] = []
    var lastCommand: Command?

    /// Notes that a command is on its way.
    mutating func send(_ command: Command) {
        guard case .amendOrder(_, let fields) = command, let driver = fields.driver else { return }
        tellings[driver, default: 0] += 1
    }

    mutating func ask(_ command: Command) -> Process.Asked {
        send(command)
        lastToken += 1
        let asked = Process.Asked(token: CommandToken(lastToken), command: command)
        waiting.append(asked)
        return asked
    }

    mutating func answered(_ token: CommandToken) {
        waiting.removeAll { $0.token == token }
    }

    /// The store is away, and whoever asks is told so.
    mutating func refuse(all commands: [Process.Asked]) {
        let tokens = Set(commands.map(\.token))
        waiting.removeAll { tokens.contains($0.token) }
        unasked += commands.map(\.command)
    }

    /// No answer came: what was asked is asked again.
    mutating func retryAll() {
        unasked += waiting.map(\.command)
        waiting = []
    }

    mutating func takeUnasked() -> [Command] {
        defer { unasked = [] }
        return unasked
    }

    /// What the platform wants next.
    mutating func next(plan: Plan, at now: Timestamp, random: inout SplitMix64) -> Command {
        if let lastCommand, random.chance(0.08) { return lastCommand }
        let command = new(plan: plan, at: now, random: &random)
        lastCommand = command
        return command
    }

    /// Moves a tag to a bag, or forgets it.
    private mutating func move(plan: Plan, random: inout SplitMix64) -> Command {
        let tag = "tag-\(random.int(0...plan.tags - 1))"
        moved.insert(tag)
        if random.chance(0.1) { return .removeDevice(id: tag) }
        var fields = DeviceFields()
        fields.kind = .bag
        fields.carrier =
            random.chance(0.1) ? .removed : .set("bag-\(random.int(0...plan.bags - 1))")
        if random.chance(0.5) { return .updateDevice(id: tag, fields) }
        fields.id = tag
        return .registerDevice(fields)
    }

    /// Enters a calibration of a bag's sensor or a tag, or takes one back; some cannot be.
    private func calibrate(
        plan: Plan, at now: Timestamp, random: inout SplitMix64
    ) -> Command {
        let isTag = plan.tags > 0 && random.chance(0.3)
        let device =
            isTag
            ? "tag-\(random.int(0...plan.tags - 1))" : "bag-\(random.int(0...plan.bags - 1))"
        var fields = CalibrationFields(calibration: nil, enteredBy: "platform")
        fields.probe = random.chance(0.8) ? 0 : 1
        if random.chance(0.25) {
            fields.supersedes = CalibrationNumber(UInt32(random.int(1...6)))
            fields.reason = "a mistake"
            if random.chance(0.5) { return .enterCalibration(device: device, fields) }
        }
        let madeAt = now.advanced(
            byMilliseconds: -random.milliseconds(ofSeconds: -60...3_600))
        let error = random.pick([-1, -0.5, 0.5, 1])
        let points = [0, 60].map {
            ErrorTable.Point(reference: $0, indicated: $0 + ($0 == 0 ? error : 0.25))
        }
        if let table = try? ErrorTable(points),
            let uncertainty = CalibrationUncertainty(expanded: 0.2, coverageFactor: 2)
        {
            fields.calibration = Calibration(
                madeAt: madeAt,
                dueAt: madeAt.advanced(byMilliseconds: random.milliseconds(ofSeconds: 60...7_200)),
                method: "bath", reference: "7", table: table, uncertainty: uncertainty)
        }
        return .enterCalibration(device: device, fields)
    }

    private mutating func new(
        plan: Plan, at now: Timestamp, random: inout SplitMix64
    ) -> Command {
        if plan.tags > 0, random.chance(0.15) { return move(plan: plan, random: &random) }
        if random.chance(0.1) { return calibrate(plan: plan, at: now, random: &random) }
        if known.isEmpty || (orderCount < plan.orders && random.chance(0.35)) {
            orderCount += 1
            var fields = OrderFields()
            fields.id = "order-\(orderCount)"
            fields.foodClass =
                random.chance(0.03) ? nil : random.pick([.hot, .cold, .cold, .frozen])
            if plan.vehicles > 0, random.chance(0.6) {
                fields.vehicle = "van-\(random.int(0...plan.vehicles - 1))"
            }
            known.append("order-\(orderCount)")
            return .createOrder(fields)
        }
        let order = random.chance(0.03) ? "order-99" : random.pick(known)
        if random.chance(0.55) {
            let past = random.milliseconds(ofSeconds: -120...3_600)
            let from = now.advanced(byMilliseconds: -past)
            return .bindBag(
                order: order, bag: "bag-\(random.int(0...plan.bags - 1))",
                from: random.chance(0.4) ? nil : from)
        }
        return .amendOrder(id: order, change(at: now, random: &random))
    }

    private mutating func change(at now: Timestamp, random: inout SplitMix64) -> OrderFields {
        var fields = OrderFields()
        switch random.int(0...9) {
        case 0: fields.foodClass = random.pick([.hot, .cold])
        case 1...2:
            fields.status = .delivered
            if random.chance(0.4) {
                fields.deliveredAt = now.advanced(
                    byMilliseconds: random.milliseconds(ofSeconds: -1_800...300))
            }
        case 3: fields.status = .cancelled
        case 4...5:
            driverCount += 1
            fields.driver = "driver-\(driverCount)"
        default: fields.status = random.pick([.confirmed, .preparing, .pickedUp, .inTransit])
        }
        return fields
    }
}

extension Simulation {
    func actPlatform() {
        let command = platform.next(plan: plan, at: now, random: &random)
        if random.chance(0.6) || command.isOnDevice {
            ask(command)
        } else {
            publish(command)
            // The platform's own broker connection may make two of one.
            if random.chance(0.1) { publish(command) }
        }
    }

    /// Asks by API; where the daemon is away, later.
    func ask(_ command: Command) {
        trace.note(.asked)
        trace.explain("\(command)")
        process.commands.append(platform.ask(command))
    }

    private func publish(_ command: Command) {
        let order =
            switch command {
            case .createOrder(let fields): fields.id ?? "none"
            case .amendOrder(let id, _), .bindBag(let id, _, _), .recordCheckpoint(let id, _): id
            case .registerDevice, .updateDevice, .removeDevice, .adoptFrame, .enterCalibration,
                .staff, .publish, .answerOffer, .report:
                "none"
            }
        let topic = Array("orders/\(order)/events".utf8)
        platform.send(command)
        publish(
            Message(
                content: .command(command), device: nil, topic: topic, name: 7..<7,
                payload: Array("#\(messages.count) command".utf8)),
            to: random.int(0...brokers.count - 1))
    }
}

extension Command {
    /// Whether it is one that is only given by API.
    fileprivate var isOnDevice: Bool {
        switch self {
        case .registerDevice, .updateDevice, .removeDevice, .adoptFrame, .recordCheckpoint,
            .enterCalibration, .staff, .publish, .answerOffer, .report:
            true
        case .createOrder, .amendOrder, .bindBag: false
        }
    }
}
