package import ColdChain
import Wire

/// Bags and vehicles with plausible physics, and what they publish: the same for the same seed.
package struct Fleet: Sendable {
    package private(set) var bags: [BagModel]
    package private(set) var vehicles: [VehicleModel]
    private var random: SplitMix64
    private var sequence: Int64 = 0

    /// A message to be published.
    package struct Message: Sendable {
        package var topic: String
        package var payload: [UInt8]
    }

    /// - Parameters:
    ///   - openBag: Index of a bag that was left open: its food warms, or cools, out of its limit.
    package init(bags: Int, vehicles: Int, openBag: Int?, seed: UInt64) {
        var random = SplitMix64(state: seed)
        self.bags = (0..<bags).map { Self.bag($0, isOpen: $0 == openBag, random: &random) }
        self.vehicles = (0..<vehicles).map { Self.vehicle($0, random: &random) }
        self.random = random
    }

    package static func bagName(_ index: Int) -> String { name("BAG", index) }
    package static func vehicleName(_ index: Int) -> String { name("VAN", index) }
    package static func orderName(_ index: Int) -> String { name("ORD", index) }

    /// The class of food in a bag: two hot ones to each cold one, now and then a frozen one.
    package static func foodClass(_ index: Int) -> FoodClass {
        if index % 10 == 9 { return .frozen }
        return index % 3 == 2 ? .cold : .hot
    }

    /// Lets time pass for everything.
    package mutating func advance(bySeconds seconds: Double) {
        for index in bags.indices { bags[index].advance(bySeconds: seconds) }
        for index in vehicles.indices {
            vehicles[index].advance(
                bySeconds: seconds, push: Double.random(in: -1...1, using: &random))
        }
    }

    /// What the sensor of a bag publishes now.
    package mutating func reading(ofBag index: Int, at milliseconds: Int64) -> Message {
        let bag = bags[index]
        sequence += 1
        var writer = JSONWriter()
        writer.object { json in
            json.member("t", milliseconds)
            json.member(
                "temperature", bag.measured(noise: Double.random(in: -0.06...0.06, using: &random)))
            json.member("humidity", (bag.humidity * 10).rounded() / 10)
            json.member("battery", bag.battery.rounded())
            json.member("seq", sequence)
        }
        return Message(topic: "bags/\(bag.name)/readings", payload: writer.bytes)
    }

    /// What the tracker of a vehicle publishes now.
    package mutating func fix(ofVehicle index: Int, at milliseconds: Int64) -> Message {
        let vehicle = vehicles[index]
        let position = vehicle.position
        sequence += 1
        var writer = JSONWriter()
        writer.object { json in
            json.member("t", milliseconds)
            json.member("lat", position.latitude)
            json.member("lon", position.longitude)
            json.member("speed", ((position.speed ?? 0) * 36).rounded() / 10)
            json.member("heading", position.heading)
            json.member("accuracy", position.accuracy)
            json.member("battery", Int64(90))
            json.member("seq", sequence)
        }
        return Message(topic: "vehicles/\(vehicle.name)/location", payload: writer.bytes)
    }

    private static func name(_ prefix: String, _ index: Int) -> String {
        var digits: [UInt8] = []
        digits.append(index + 1, width: 4)
        return "\(prefix)-\(String(decoding: digits, as: UTF8.self))"
    }

    private static func bag(
        _ index: Int, isOpen: Bool, random: inout SplitMix64
    ) -> BagModel {
        let foodClass = foodClass(index)
        let celsius: Double
        switch foodClass {
        case .hot: celsius = Double.random(in: 62...72, using: &random)
        case .cold: celsius = Double.random(in: 1...3.5, using: &random)
        case .frozen: celsius = Double.random(in: -24 ... -20, using: &random)
        case .ambient: celsius = 20
        }
        return BagModel(
            name: bagName(index), foodClass: foodClass, celsius: celsius, ambient: 19,
            isOpen: isOpen)
    }

    /// A ring of streets of a town, each vehicle at another place of it.
    private static func vehicle(_ index: Int, random: inout SplitMix64) -> VehicleModel {
        let route = VehicleModel.townRoute(using: &random)
        return VehicleModel(name: vehicleName(index), route: route, cruisingSpeed: 8)
    }
}
