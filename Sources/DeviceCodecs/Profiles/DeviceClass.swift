import ColdChain

/// What a device is there for: what its readings are readings of.
package enum DeviceClass: String, CaseIterable, Sendable {
    /// The air in an insulated bag.
    case bagProbe = "bag_probe"
    /// The food itself.
    case foodProbe = "food_probe"
    /// The air of a room or a hold that is not cooled.
    case ambient
    case chiller
    case freezer
    case hotHolding = "hot_holding"
    case vehicleTracker = "vehicle_tracker"
    /// That of a rider, which tells where the vehicle is.
    case phone

    /// What a device of the class must be fixed to; nil where it may be either.
    var carrier: CarrierKind? {
        switch self {
        case .bagProbe: .bag
        case .vehicleTracker, .phone: .vehicle
        case .foodProbe, .ambient, .chiller, .freezer, .hotHolding: nil
        }
    }
}
