/// Who a topic names, and where in it.
package enum TopicNaming: Equatable, Sendable {
    /// The bag or the vehicle itself; its device is called as it is.
    case carrier(CarrierKind, Range<Int>)
    /// The device; the registry knows what it is fixed to.
    case device(Range<Int>)
    /// A gateway or a network: each sample names its device.
    case nobody
}

extension TopicNaming {
    /// Where the name stands.
    package var name: Range<Int>? {
        switch self {
        case .carrier(_, let name), .device(let name): name
        case .nobody: nil
        }
    }

    /// What the topic says its device is fixed to.
    package var carrier: CarrierKind? {
        if case .carrier(let kind, _) = self { return kind }
        return nil
    }
}
