/// What a bag's own sensor said last before an instant.
package struct BagReading: Equatable, Sendable {
    package var bag: String
    package var device: String
    package var probe: UInt8
    package var temperature: TemperaturePoint
}

extension [CustodyStretch] {
    /// The newest usable reading of a bag, or of any where none is named, not after `instant`. Of
    /// several sensors with the same instant the first by name.
    package func lastReading(ofBag bag: String?, at instant: Timestamp) -> BagReading? {
        var newest: BagReading?
        for stretch in self where bag == nil || stretch.custody.bag == bag {
            for channel in stretch.channels {
                let point = channel.readings.lazy.compactMap(\.point)
                    .filter { $0.measuredAt <= instant }.max { $0.measuredAt < $1.measuredAt }
                guard let point else { continue }
                let found = BagReading(
                    bag: stretch.custody.bag, device: channel.device, probe: channel.probe,
                    temperature: point)
                if newest.map({ found.precedes($0) }) ?? true { newest = found }
            }
        }
        return newest
    }
}

extension BagReading {
    fileprivate func precedes(_ other: BagReading) -> Bool {
        temperature.measuredAt == other.temperature.measuredAt
            ? (bag, device, probe) < (other.bag, other.device, other.probe)
            : temperature.measuredAt > other.temperature.measuredAt
    }
}
