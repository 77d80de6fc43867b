/// Something that happened, as the fabric tells it to whoever may know.
package enum Event: Equatable, Sendable {
    /// State: the newest temperature of a bag. The latest wins.
    case temperature(TemperatureUpdate)
    /// State: the newest position of a vehicle. The latest wins.
    case location(LocationUpdate)
    /// Record: an excursion became an alarm, was over, or was found to be otherwise than was told.
    /// Never dropped, never reordered.
    case alert(TemperatureAlert)
    /// Record: a bag fell silent while its food was outside the limit, or was heard again.
    case dataLoss(DataLossNotice)
    /// Record: a sensor of a bag with an order fell silent, is still silent, or was heard again.
    case silence(SilenceNotice)
    /// Record: an order was made or changed.
    case order(OrderChange)
    /// Record: an alert that staff look after was raised or changed. For staff only.
    case alertUpdate(AlertUpdate)
}

package struct AlertUpdate: Equatable, Sendable {
    package var change: AlertChange
    /// The alert as it is since.
    package var alert: Alert
    /// Nil for what happened by itself.
    package var by: AlertActor?
    package var at: Timestamp

    package init(change: AlertChange, alert: Alert, by: AlertActor?, at: Timestamp) {
        self.change = change
        self.alert = alert
        self.by = by
        self.at = at
    }
}

package struct TemperatureUpdate: Equatable, Sendable {
    package var order: String?
    package var bag: String
    package var device: String
    /// What food is judged by: corrected where the sensor has a calibration.
    package var celsius: Double
    /// As the device sent it, and the calibration that was applied; nil where none was.
    package var correctedFrom: Double?
    package var calibration: CalibrationNumber?
    /// In %, where the device measured it in the same sample.
    package var humidity: Double?
    package var measuredAt: Timestamp
    package var receivedAt: Timestamp
    package var quality: QualityFlag
    /// Whether the order's critical limit is kept; nil without an order or a limit, or where the
    /// reading is too bad to tell.
    package var isWithinLimit: Bool?

    package init(
        order: String?, bag: String, device: String, celsius: Double, humidity: Double?,
        measuredAt: Timestamp, receivedAt: Timestamp, quality: QualityFlag, isWithinLimit: Bool?
    ) {
        self.order = order
        self.bag = bag
        self.device = device
        self.celsius = celsius
        self.humidity = humidity
        self.measuredAt = measuredAt
        self.receivedAt = receivedAt
        self.quality = quality
        self.isWithinLimit = isWithinLimit
    }
}

package struct LocationUpdate: Equatable, Sendable {
    /// The order this update is for; a vehicle that carries several sends each its own update.
    package var order: String?
    package var driver: String?
    package var vehicle: String
    package var position: Position
    package var measuredAt: Timestamp
    package var quality: QualityFlag

    package init(
        order: String?, driver: String?, vehicle: String, position: Position,
        measuredAt: Timestamp, quality: QualityFlag
    ) {
        self.order = order
        self.driver = driver
        self.vehicle = vehicle
        self.position = position
        self.measuredAt = measuredAt
        self.quality = quality
    }
}

package struct TemperatureAlert: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        case opened = 1
        case closed = 2
        /// Late or corrected readings say other than what was told.
        case revised = 3
        /// What was told does not hold: there was no such excursion.
        case corrected = 4

        package var name: String {
            switch self {
            case .opened: "opened"
            case .closed: "closed"
            case .revised: "revised"
            case .corrected: "corrected"
            }
        }
    }

    package var state: State
    package var excursion: Excursion
    package var order: String
    package var bag: String
    package var device: String
    /// The newest temperature when it was told, in °C; nil where none is kept.
    package var celsius: Double?
    /// When that was measured; where there is none, when it was told.
    package var measuredAt: Timestamp
    package var toldAt: Timestamp

    package init(
        state: State, excursion: Excursion, order: String, bag: String, device: String,
        celsius: Double?, measuredAt: Timestamp, toldAt: Timestamp
    ) {
        self.state = state
        self.excursion = excursion
        self.order = order
        self.bag = bag
        self.device = device
        self.celsius = celsius
        self.measuredAt = measuredAt
        self.toldAt = toldAt
    }
}

package struct DataLossNotice: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        case lost = 1
        case returned = 2
        /// Late readings filled the gap.
        case recovered = 3

        package var name: String {
            switch self {
            case .lost: "lost"
            case .returned: "returned"
            case .recovered: "recovered"
            }
        }
    }

    package var state: State
    package var order: String
    package var bag: String
    package var device: String
    /// The last reading before the silence.
    package var from: Timestamp
    /// The first one after it, or the end of the order.
    package var until: Timestamp?
    package var toldAt: Timestamp

    package init(
        state: State, order: String, bag: String, device: String, from: Timestamp,
        until: Timestamp?, toldAt: Timestamp
    ) {
        self.state = state
        self.order = order
        self.bag = bag
        self.device = device
        self.from = from
        self.until = until
        self.toldAt = toldAt
    }
}

package struct SilenceNotice: Equatable, Sendable {
    package var order: String
    package var bag: String
    /// Nil where the bag has no sensor that is known.
    package var device: String?
    /// Nil where the device as a whole is silent.
    package var probe: UInt8?
    /// Nil where it was never heard since the bag carries the order.
    package var lastHeard: Timestamp?
    package var since: Timestamp
    /// Which notice of this silence it is, from 1. One that was due while nobody could tell is
    /// counted and not told.
    package var number: Int64
    /// Nil while it is silent.
    package var returnedAt: Timestamp?
    /// Why it says nothing of the sensor, by name; nil where nothing is known of that.
    package var cause: String?
    package var toldAt: Timestamp

    package init(
        order: String, bag: String, device: String?, probe: UInt8?, lastHeard: Timestamp?,
        since: Timestamp, number: Int64, returnedAt: Timestamp?, cause: String? = nil,
        toldAt: Timestamp
    ) {
        self.order = order
        self.bag = bag
        self.device = device
        self.probe = probe
        self.lastHeard = lastHeard
        self.since = since
        self.number = number
        self.returnedAt = returnedAt
        self.cause = cause
        self.toldAt = toldAt
    }
}

package struct OrderChange: Equatable, Sendable {
    package var order: Order
    /// The status before; nil for a new order.
    package var previousStatus: OrderStatus?

    package init(order: Order, previousStatus: OrderStatus?) {
        self.order = order
        self.previousStatus = previousStatus
    }
}
