package import ColdChain
package import Fabric

/// What the delivery platform asks, by REST or on `orders/{order}/events`.
package enum Command: Equatable, Sendable {
    case createOrder(OrderFields)
    case amendOrder(id: String, OrderFields)
    /// From an instant on, the bag carries the order. Nil means from the receipt of the command.
    case bindBag(order: String, bag: String, from: Timestamp?)
    case recordCheckpoint(order: String, CheckpointFields)
    /// Makes a device known, or takes over one that registered itself.
    case registerDevice(DeviceFields)
    /// Changes what is known of a device: its next readings come from what it is fixed to now.
    case updateDevice(id: String, DeviceFields)
    /// Forgets a device; what it has said stays in the log.
    case removeDevice(id: String)
    /// Enters a calibration of a device, or takes one back.
    case enterCalibration(device: String, CalibrationFields)
    /// Registers the device behind an entry of the list of unknown frames, and removes the entry.
    case adoptFrame(topic: String, DeviceFields)
    /// Publishes messages, each judged by the catalogue.
    case publish([JudgedMessage])
    /// Accepts or declines an offer.
    case answerOffer(OfferAnswer)
    /// Tells staff of critical messages that were never confirmed.
    case report([UnconfirmedDelivery])
    /// Does something about an alert.
    case staff(StaffAction)
}

/// What a command does to a field that may be empty.
package enum FieldChange<Value: Equatable & Sendable>: Equatable, Sendable {
    case unchanged
    case removed
    case set(Value)

    func applied(to value: Value?) -> Value? {
        switch self {
        case .unchanged: value
        case .removed: nil
        case .set(let new): new
        }
    }
}

/// The fields of a device that a command sets.
package struct DeviceFields: Equatable, Sendable {
    package var id: String?
    /// Such as `ruuvi/ruuvitag`, without a version.
    package var profile = FieldChange<String>.unchanged
    /// Nil leaves it as it is, or as the profile says.
    package var kind: CarrierKind?
    /// The bag or vehicle it is fixed to; removed means the one of its own name.
    package var carrier = FieldChange<String>.unchanged
    package var site = FieldChange<String>.unchanged
    package var installedAt = FieldChange<Timestamp>.unchanged
    package var expectedIntervalSeconds = FieldChange<Int>.unchanged

    package init() {}
}

/// The fields of an order that a command sets; nil leaves a field as it is.
package struct OrderFields: Equatable, Sendable {
    package var id: String?
    package var foodClass: FoodClass?
    package var status: OrderStatus?
    package var customer: String?
    package var driver: String?
    package var vehicle: String?
    package var restaurant: String?
    package var cafe: String?
    package var promisedAt: Timestamp?
    package var pickup: Place?
    package var delivery: Place?
    package var pickedUpAt: Timestamp?
    package var deliveredAt: Timestamp?

    package init() {}
}

/// Where an answer to a command goes; chosen by the asker, unique while it waits.
package struct CommandToken: Hashable, Sendable {
    package var rawValue: UInt64

    package init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }
}

/// The answer to a command.
package struct CommandReply: Equatable, Sendable {
    package var token: CommandToken
    package var result: Result<CommandAnswer, CommandRefusal>

    package init(token: CommandToken, result: Result<CommandAnswer, CommandRefusal>) {
        self.token = token
        self.result = result
    }
}

package enum CommandAnswer: Equatable, Sendable {
    case created(Order)
    case amended(Order)
    case bound(Custody, order: Order)
    case checkpoint(Checkpoint, order: Order)
    case registered(RegisteredDevice)
    case updated(RegisteredDevice)
    case removedDevice(id: String)
    case alert(Alert)
    case calibrated(CalibrationEntry)
    /// What became of each message.
    case published([PublicationFate])
    case offer(Offer)
    case reported
}

/// Why a command was not carried out, and what the asker can do.
package enum CommandRefusal: Error, Equatable, Sendable {
    /// No order of that identifier: create it first.
    case unknownOrder(String)
    /// The order exists already with other content: amend it instead.
    case orderExists(String)
    /// The order is delivered or cancelled: it takes no more bags and no other status.
    case orderIsFinal(String)
    /// No device of that name: register it first.
    case unknownDevice(String)
    /// The device is registered already with other content: update it instead.
    case deviceExists(String)
    /// Nothing unknown is listed of that topic.
    case unknownFrame(String)
    case unknownAlert(UInt64)
    /// The alert is settled, or one of too many: it is in the log, but takes nothing more.
    case settledAlert(UInt64)
    case alert(AlertRefusal)
    case offer(OfferRefusal)
    /// A required field is absent, or two fields contradict each other.
    case invalid(field: String, reason: String)
}
