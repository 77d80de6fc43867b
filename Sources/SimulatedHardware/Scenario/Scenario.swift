package import ColdChain

/// A run of devices with their physics and faults, as a scenario file describes it.
package struct Scenario: Equatable, Sendable {
    package enum Speed: Equatable, Sendable {
        /// So many seconds of the scenario in one second of the wall clock.
        case times(Double)
        case asFastAsPossible
    }

    package struct Broker: Equatable, Sendable {
        package var host = "localhost"
        package var port: UInt16 = 1883
    }

    package var seed: UInt64 = 1
    package var durationMilliseconds: Int64
    package var speed = Speed.times(1)
    /// Nil for a start chosen so that the run ends when it has been played.
    package var start: Timestamp?
    package var broker = Broker()
    package var fleets: [FleetPlan]
}

extension Scenario {
    /// The time of the scenario's first instant when it is played from `now` on.
    ///
    /// Without a start of its own, a run at the speed of the wall clock starts now. A faster one
    /// starts so much earlier that it ends with the playing: a time that is still to come would not
    /// be believed.
    package func start(playedAt now: Timestamp) -> Timestamp {
        if let start { return start }
        switch speed {
        case .asFastAsPossible: return now.advanced(byMilliseconds: -durationMilliseconds)
        case .times(let factor):
            let ahead = Double(durationMilliseconds) * (1 - 1 / max(factor, 1))
            return now.advanced(byMilliseconds: -Int64(ahead.rounded(.up)))
        }
    }
}

/// Devices of one format.
package struct FleetPlan: Equatable, Sendable {
    package var format: DeviceFormat
    package var count: Int
    package var intervalMilliseconds: Int64
    /// What devices are called; nil where they only have an address.
    package var names: NamePattern?
    package var addresses: NamePattern?
    package var topic: NamePattern
    package var carrierKind: CarrierKind
    /// What the devices are fixed to; nil where the log calls it as the device.
    package var carrierNames: NamePattern?
    package var gateways: [String]
    /// Of The Things Stack.
    package var application: String
    /// Whether a frame of Teltonika's comes with its length and checksum, as over TCP.
    package var isFramed: Bool
    package var wiredProbes: Int
    package var bluetoothProbes: Int
    package var climate: Climate
    package var route: Route
    package var faults: [Fault: [Occurrence]]
}

/// The air of a bag or a hold, and what happens to it.
package struct Climate: Equatable, Sendable {
    /// At the start, in °C; each device begins somewhere between.
    package var celsius: ClosedRange<Double>
    /// Of the air outside, in °C.
    package var ambient: Double
    /// Until the difference to the outside is down to 1/e while closed.
    package var insulationSeconds: Double
    package var opened: [Occurrence]
}

/// Where a vehicle drives.
package struct Route: Equatable, Sendable {
    /// Empty for a ring of the town, another for each vehicle.
    package var places: [Place]
    /// Metres a second.
    package var cruisingSpeed: Double
}

/// What can go wrong with a device, by the name a scenario gives it.
package enum Fault: String, CaseIterable, Sendable {
    case offline
    case deadProbe = "dead_probe"
    case clockUnset = "clock_unset"
    case duplicateGateways = "duplicate_gateways"
    case reboot
    case lowBattery = "low_battery"
}

/// When something happens to the devices of a fleet.
package struct Occurrence: Equatable, Sendable {
    /// Of a device's having it at all.
    package var probability: Double
    /// Milliseconds after the start; nil for an instant drawn for each device.
    package var at: Int64?
    /// Milliseconds; nil until the end of the run.
    package var length: Int64?

    package init(probability: Double, at: Int64?, length: Int64?) {
        self.probability = probability
        self.at = at
        self.length = length
    }
}
