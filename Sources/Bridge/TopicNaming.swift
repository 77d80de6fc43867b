package import ColdChain

/// What a message's topic says of whose it is. Ranges are of the topic's bytes.
package enum TopicNaming: Equatable, Sendable {
    /// The topic names the bag or the vehicle, which is the device's name as well.
    case carrier(CarrierKind, Range<Int>)
    /// The topic names a device.
    case device(Range<Int>)
    /// A gateway's topic, or a network's: each sample names its device.
    case nobody
}
