import ColdChain

/// The orders in memory, which bag carries which of them when, and which vehicle.
struct OrderBook: Sendable {
    /// One bag, by its index in `bags`.
    struct Bag: Sendable {
        var name: String
        /// In order of `from`.
        var custody: [Custody] = []
        var sources: [SourceNumber] = []
    }

    struct Vehicle: Sendable {
        var name: String
        /// Orders it carries that are not final.
        var orders: [OrderNumber] = []
    }

    private(set) var orders: [OrderNumber: Order] = [:]
    private var numbers: [String: OrderNumber] = [:]
    private(set) var bags: [Bag] = []
    private var bagIndices: [String: Int] = [:]
    private var bagsByOrder: [OrderNumber: [Int]] = [:]
    private(set) var vehicles: [Vehicle] = []
    private var vehicleIndices: [String: Int] = [:]
    /// Orders of each driver that are not final.
    private var ordersByDriver: [String: [OrderNumber]] = [:]

    init() {}

    /// With room for what follows: to grow step by step moves everything again and again.
    init(orders: Int, bags: Int) {
        self.orders.reserveCapacity(orders)
        numbers.reserveCapacity(orders)
        bagsByOrder.reserveCapacity(orders)
        self.bags.reserveCapacity(bags)
        bagIndices.reserveCapacity(bags)
    }

    subscript(number: OrderNumber) -> Order? { orders[number] }

    func number(of id: String) -> OrderNumber? { numbers[id] }

    /// Every order in memory, in order of number.
    var ordersByNumber: [Order] {
        orders.values.sorted { $0.number.rawValue < $1.number.rawValue }
    }

    /// What the bag carried and carries, in order of `from`; empty for a bag that is not known.
    func custody(ofBag name: String) -> [Custody] {
        bagIndices[name].map { bags[$0].custody } ?? []
    }

    var count: Int { orders.count }

    /// Adds the order or replaces what was known of it.
    mutating func put(_ order: Order) {
        if let before = orders[order.number], let vehicle = before.carriedBy {
            vehicles[vehicleIndex(of: vehicle)].orders.removeAll { $0 == order.number }
        }
        note(driverOf: order)
        orders[order.number] = order
        numbers[order.id] = order.number
        if let vehicle = order.carriedBy, !order.status.isFinal {
            vehicles[vehicleIndex(of: vehicle)].orders.append(order.number)
        }
    }

    private mutating func note(driverOf order: Order) {
        if let driver = orders[order.number]?.driver {
            ordersByDriver[driver]?.removeAll { $0 == order.number }
            if ordersByDriver[driver]?.isEmpty == true { ordersByDriver[driver] = nil }
        }
        guard let driver = order.driver, !order.status.isFinal else { return }
        ordersByDriver[driver, default: []].append(order.number)
    }

    /// What the driver's newest order goes by; nil where the driver has none.
    func vehicle(ofDriver driver: String) -> String? {
        ordersByDriver[driver]?.last.flatMap { orders[$0]?.carriedBy }
    }

    /// Orders that wait for the driver or that the driver brings, the one that changed last at the end.
    func ordersUnderWay(ofDriver driver: String) -> [OrderNumber] {
        (ordersByDriver[driver] ?? []).filter { orders[$0]?.status.isUnderWay ?? false }
    }

    /// Forgets final orders that were last changed before `instant`, with their custody.
    ///
    /// - Returns: The numbers forgotten.
    mutating func forgetFinal(
        before instant: Timestamp, except awaited: Set<OrderNumber> = []
    ) -> Set<OrderNumber> {
        let forgotten = Set(
            orders.values.lazy.filter { $0.status.isFinal && $0.updatedAt < instant }.map(\.number)
        ).subtracting(awaited)
        guard !forgotten.isEmpty else { return forgotten }
        for number in forgotten {
            if let order = orders.removeValue(forKey: number) { numbers[order.id] = nil }
            for bag in bagsByOrder.removeValue(forKey: number) ?? [] {
                bags[bag].custody.removeAll { $0.order == number }
            }
        }
        return forgotten
    }

    /// The sources that are fixed to the bag.
    func sources(inBag name: String) -> [SourceNumber] {
        bagIndices[name].map { bags[$0].sources } ?? []
    }

    /// The bag's index; a bag that was not known is added.
    mutating func bagIndex(of name: String) -> Int {
        if let index = bagIndices[name] { return index }
        bags.append(Bag(name: name))
        bagIndices[name] = bags.count - 1
        return bags.count - 1
    }

    /// The vehicle's index; a vehicle that was not known is added.
    mutating func vehicleIndex(of name: String) -> Int {
        if let index = vehicleIndices[name] { return index }
        vehicles.append(Vehicle(name: name))
        vehicleIndices[name] = vehicles.count - 1
        return vehicles.count - 1
    }

    mutating func add(source: SourceNumber, toBag index: Int) {
        bags[index].sources.append(source)
    }

    /// Puts a custody in its place, in order of `from`.
    mutating func put(_ custody: Custody) {
        let index = bagIndex(of: custody.bag)
        bags[index].custody.removeAll { $0.order == custody.order && $0.from == custody.from }
        let place =
            bags[index].custody.firstIndex { $0.from > custody.from }
            ?? bags[index].custody.endIndex
        bags[index].custody.insert(custody, at: place)
        if bagsByOrder[custody.order]?.contains(index) != true {
            bagsByOrder[custody.order, default: []].append(index)
        }
    }

    /// The custody that the bag was in at `instant`, as far as is known.
    func custody(inBag index: Int, at instant: Timestamp) -> Custody? {
        for custody in bags[index].custody.reversed() where custody.covers(instant) {
            return custody
        }
        return nil
    }

    /// Every custody of an order.
    func custody(of order: OrderNumber) -> [Custody] {
        (bagsByOrder[order] ?? []).flatMap { bag in
            bags[bag].custody.filter { $0.order == order }
        }
    }
}
