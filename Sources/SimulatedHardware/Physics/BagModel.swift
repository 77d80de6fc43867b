package import ColdChain
internal import Glibc

/// The air in an insulated bag: it nears the air outside exponentially (Newton's law of cooling).
package struct BagModel: Sendable {
    package let name: String
    package let foodClass: FoodClass
    /// Of the air inside, in °C.
    package private(set) var celsius: Double
    /// Of the air outside, in °C.
    package var ambient: Double
    /// Seconds until the difference to the outside is down to 1/e, closed and left open.
    package let closedTimeConstant: Double
    package let openTimeConstant: Double
    package var isOpen: Bool
    package private(set) var humidity: Double
    package private(set) var battery: Double

    package init(
        name: String, foodClass: FoodClass, celsius: Double, ambient: Double,
        closedTimeConstant: Double = 9_000, openTimeConstant: Double = 60, isOpen: Bool = false
    ) {
        self.name = name
        self.foodClass = foodClass
        self.celsius = celsius
        self.ambient = ambient
        self.closedTimeConstant = closedTimeConstant
        self.openTimeConstant = openTimeConstant
        self.isOpen = isOpen
        humidity = foodClass == .hot ? 78 : 45
        battery = 96
    }

    /// Lets `seconds` pass.
    package mutating func advance(bySeconds seconds: Double) {
        let constant = isOpen ? openTimeConstant : closedTimeConstant
        celsius = ambient + (celsius - ambient) * exp(-seconds / constant)
        humidity += (50 - humidity) * (1 - exp(-seconds / (constant * 2)))
        battery = max(0, battery - seconds / 400_000 * 100)
    }

    /// What the bag's sensor says: to a hundredth of a degree, with `noise` in kelvin added.
    package func measured(noise: Double) -> Double {
        ((celsius + noise) * 100).rounded() / 100
    }
}
