package import ColdChain
import Fabric
import Wire

extension Bridge {
    /// Carries out what the delivery platform asks.
    ///
    /// - Parameter token: Where the answer goes; nil where nobody waits for one.
    package mutating func perform(
        _ command: Command, token: CommandToken?, at now: Timestamp, effects: inout Effects
    ) {
        let result: Result<CommandAnswer, CommandRefusal>
        do throws(CommandRefusal) {
            result = .success(try carryOut(command, at: now, effects: &effects))
        } catch {
            result = .failure(error)
        }
        if let token { effects.replies.append(CommandReply(token: token, result: result)) }
    }

    /// Takes a command that came by MQTT.
    ///
    /// - Returns: Why it was refused, for the dead letter; nil where it was carried out, or had
    ///   been carried out before.
    package mutating func perform(
        _ command: Command, arrival: Arrival, topic: Span<UInt8>, payload: Span<UInt8>,
        effects: inout Effects
    ) {
        do throws(CommandRefusal) {
            if let fingerprint = fingerprint(of: arrival, topic, payload),
                recent.contains(fingerprint)
            {
                countMessage(arrival, &effects)
                _ = recordFingerprint(of: arrival, topic, payload, effects: &effects)
                return
            }
            _ = try carryOut(command, at: arrival.receivedAt, effects: &effects)
            countMessage(arrival, &effects)
            _ = recordFingerprint(of: arrival, topic, payload, effects: &effects)
        } catch {
            receive(
                undecodable: topic, payload: payload, arrival: arrival, reason: "order_refused",
                detail: error.description, effects: &effects)
        }
    }

    private mutating func carryOut(
        _ command: Command, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> CommandAnswer {
        switch command {
        case .createOrder(let fields):
            return .created(try create(fields, at: now, effects: &effects))
        case .amendOrder(let id, let fields):
            return .amended(try amend(id, fields, at: now, effects: &effects))
        case .bindBag(let id, let bag, let from):
            return try bind(bag, to: id, from: from, at: now, effects: &effects)
        case .recordCheckpoint(let id, let fields):
            return try checkpoint(id, fields, at: now, effects: &effects)
        case .registerDevice(let fields):
            return .registered(try register(fields, at: now, effects: &effects))
        case .updateDevice(let id, let fields):
            return .updated(try update(id, fields, effects: &effects))
        case .removeDevice(let id):
            remove(id, effects: &effects)
            return .removedDevice(id: id)
        case .enterCalibration(let id, let fields):
            return .calibrated(
                try enterCalibration(of: id, fields, at: now, effects: &effects))
        case .adoptFrame(let topic, let fields):
            return .registered(try adopt(topic, fields, at: now, effects: &effects))
        case .publish(let messages):
            return .published(publish(messages, at: now, effects: &effects))
        case .answerOffer(let answer):
            hear(answer.identity, at: now, effects: &effects)
            do throws(OfferRefusal) {
                return .offer(try self.answer(answer, at: now, effects: &effects).offer)
            } catch {
                throw .offer(error)
            }
        case .report(let deliveries):
            report(deliveries, at: now, effects: &effects)
            return .reported
        case .staff(let action):
            return try perform(action, at: now, effects: &effects)
        }
    }

    private mutating func create(
        _ fields: OrderFields, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> Order {
        guard let id = fields.id, Bridge.isName(id) else {
            throw .invalid(field: "id", reason: Bridge.nameRule)
        }
        guard let foodClass = fields.foodClass else {
            throw .invalid(field: "foodClass", reason: "one of hot, cold, frozen, ambient")
        }
        if let number = book.number(of: id), let order = book[number] {
            // The same request again, as after a lost answer, is answered the same way.
            guard order.applying(fields, at: order.updatedAt) == order else {
                throw .orderExists(id)
            }
            return order
        }
        guard book.count < settings.bounds.ordersMaximum else {
            throw .invalid(field: "id", reason: "\(book.count) orders are open, the limit")
        }
        last.order += 1
        let new = Order(
            number: OrderNumber(last.order), id: id, foodClass: foodClass, createdAt: now,
            updatedAt: now)
        let order = new.applying(fields, at: now)
        store(order, effects: &effects)
        record(OrderChange(order: order, previousStatus: nil), at: now, &effects)
        followDrivers(of: order, before: nil, at: now, effects: &effects)
        return order
    }

    mutating func amend(
        _ id: String, _ fields: OrderFields, saying words: [JSON.Member] = [], at now: Timestamp,
        effects: inout Effects
    ) throws(CommandRefusal) -> Order {
        guard let number = book.number(of: id), let before = book[number] else {
            throw .unknownOrder(id)
        }
        if let named = fields.id, named != id {
            throw .invalid(field: "id", reason: "an order's id cannot change")
        }
        let order = before.applying(fields, at: now)
        var unchanged = order
        unchanged.updatedAt = before.updatedAt
        if unchanged == before { return before }
        guard !before.status.isFinal else { throw .orderIsFinal(id) }
        store(order, effects: &effects)
        if order.status.isFinal { endCustody(of: order, at: now, effects: &effects) }
        if order.foodClass != before.foodClass { askAgain(order.number, effects: &effects) }
        let change = OrderChange(order: order, previousStatus: before.status)
        record(change, saying: words, at: now, &effects)
        followDrivers(of: order, before: before, at: now, effects: &effects)
        return order
    }

    /// A delivery is dated by the hand-over. The platform's clock may be ahead; nothing that is told
    /// happens later than it is.
    private mutating func record(
        _ change: OrderChange, saying words: [JSON.Member] = [], at now: Timestamp,
        _ effects: inout Effects
    ) {
        let event = Event.order(change)
        let occurredAt = min(event.occurredAt, now)
        record(
            event, for: change.order.number, at: occurredAt, now: now, saying: words, &effects)
    }

    private mutating func bind(
        _ bag: String, to id: String, from: Timestamp?, at now: Timestamp,
        effects: inout Effects
    ) throws(CommandRefusal) -> CommandAnswer {
        guard let number = book.number(of: id), let order = book[number] else {
            throw .unknownOrder(id)
        }
        guard Bridge.isName(bag) else { throw .invalid(field: "bagId", reason: Bridge.nameRule) }
        let known = book.custody(ofBag: bag)
        if let same = known.last(where: { $0.order == number && (from == nil || $0.from == from) }),
            from != nil || same.until == nil || order.status.isFinal
        {
            // The same request again, as after a lost answer, is answered the same way.
            return .bound(same, order: order)
        }
        if let held = known.last, held.order == number, held.until == nil,
            let from, held.from < from
        {
            // The bag carries the order already, and for longer.
            return .bound(held, order: order)
        }
        guard !order.status.isFinal else { throw .orderIsFinal(id) }
        let from = from ?? now
        try checkReach(of: from, at: now)
        if let later = known.first(where: { $0.from >= from }) {
            let other = book[later.order]?.id ?? "another order"
            throw .invalid(field: "from", reason: "the bag carries \(other) from a later time on")
        }
        if var before = known.last, before.until.map({ $0 > from }) ?? true {
            before.until = from
            store(before, effects: &effects)
            judgeEnded(before, at: now, effects: &effects)
        }
        let custody = Custody(bag: bag, order: number, from: from)
        store(custody, effects: &effects)
        askAgain(number, effects: &effects)
        return .bound(custody, order: order)
    }

    private func checkReach(of from: Timestamp, at now: Timestamp) throws(CommandRefusal) {
        let age = now.milliseconds(since: from)
        guard age >= -settings.bounds.futureToleranceMilliseconds else {
            throw .invalid(field: "from", reason: "it lies in the future")
        }
        // Beyond the memory of final orders nobody knows any more what the bag carried.
        let reach = min(
            settings.bounds.bindingReachMilliseconds,
            settings.bounds.finalOrderRetentionMilliseconds)
        guard age <= reach else {
            throw .invalid(field: "from", reason: "it lies too far in the past")
        }
    }

    private mutating func store(_ order: Order, effects: inout Effects) {
        if let before = book[order.number] { judgeQualityAgain(since: before, order) }
        book.put(order)
        effects.records.orders.append(order)
    }

    private mutating func store(_ custody: Custody, effects: inout Effects) {
        let before = book.custody(ofBag: custody.bag).first {
            $0.order == custody.order && $0.from == custody.from
        }
        book.put(custody)
        judgeQualityAgain(since: before, custody)
        effects.records.custody.append(custody)
        beginListening(custody)
    }

    private mutating func endCustody(of order: Order, at now: Timestamp, effects: inout Effects) {
        // The platform's clock may be ahead; the bag is free from now on at the latest.
        let end = min(order.deliveredAt ?? now, now)
        for var custody in book.custody(of: order.number) where custody.until == nil {
            custody.until = max(end, custody.from)
            store(custody, effects: &effects)
            judgeEnded(custody, at: now, effects: &effects)
        }
    }

    /// What an identifier from outside must be: it becomes part of channel names and of paths.
    static func isName(_ text: String) -> Bool {
        let bytes = text.utf8
        return (1...128).contains(bytes.count)
            && !bytes.contains { $0 <= 0x20 || $0 == 0x7F || "/+#\"\\".utf8.contains($0) }
    }

    static let nameRule = "1 to 128 bytes without blanks, control characters and / + # \" \\"
}

extension Order {
    /// The order with the fields a command sets, and the times its status implies.
    func applying(_ fields: OrderFields, at now: Timestamp) -> Order {
        var order = self
        if let foodClass = fields.foodClass { order.foodClass = foodClass }
        if let customer = fields.customer { order.customer = customer }
        if let driver = fields.driver { order.driver = driver }
        if let vehicle = fields.vehicle { order.vehicle = vehicle }
        if let restaurant = fields.restaurant { order.restaurant = restaurant }
        if let cafe = fields.cafe { order.cafe = cafe }
        if let promisedAt = fields.promisedAt { order.promisedAt = promisedAt }
        if let pickup = fields.pickup { order.pickup = pickup }
        if let delivery = fields.delivery { order.delivery = delivery }
        if let pickedUpAt = fields.pickedUpAt { order.pickedUpAt = pickedUpAt }
        if let deliveredAt = fields.deliveredAt { order.deliveredAt = deliveredAt }
        if let status = fields.status, status != order.status {
            order.status = status
            if status == .pickedUp, order.pickedUpAt == nil { order.pickedUpAt = now }
            if status == .delivered, order.deliveredAt == nil { order.deliveredAt = now }
        }
        order.updatedAt = now
        return order
    }
}

extension CommandRefusal: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownOrder(let id): "there is no order \(id)"
        case .orderExists(let id): "order \(id) exists already with other content"
        case .orderIsFinal(let id): "order \(id) is delivered or cancelled"
        case .unknownDevice(let id): "there is no device \(id)"
        case .deviceExists(let id): "device \(id) is registered already with other content"
        case .unknownFrame(let topic): "nothing unknown is listed of the topic \(topic)"
        case .unknownAlert(let number): "there is no alert \(number)"
        case .settledAlert(let number):
            "alert \(number) is settled, or one of too many: it stays as it is"
        case .alert(let refusal): refusal.description
        case .offer(let refusal): refusal.message
        case .invalid(let field, let reason): "\(field): \(reason)"
        }
    }
}
