import ColdChain
import Wire

/// Makes the messages of one device from what it measures.
struct DeviceEncoder: Sendable {
    private let plan: FleetPlan
    /// The messages sent so far, which a gateway without a clock counts.
    private var sent: Int64
    /// Knocks and lifts counted by a tag.
    private var movements: UInt8

    init(_ plan: FleetPlan, random: inout SplitMix64) {
        self.plan = plan
        sent = Int64.random(in: 1...9_000, using: &random)
        movements = UInt8.random(in: 0...254, using: &random)
    }

    /// What is published at once.
    mutating func live(
        _ snapshot: Snapshot, of device: DeviceIdentity, random: inout SplitMix64
    ) -> [Draft] {
        sent += 1
        switch plan.format {
        case .genericBag: return [draft(GenericJSON.bag([snapshot]), of: device)]
        case .genericTracker: return [draft(GenericJSON.tracker([snapshot]), of: device)]
        case .ruuviGateway:
            if Int.random(in: 0..<8, using: &random) == 0 { movements = (movements + 1) % 255 }
            return adverts(snapshot, of: device, random: &random)
        case .draginoLHT65N:
            return [
                draft(
                    TheThingsStackUplink.content(
                        snapshot, of: device, plan: plan, random: &random), of: device)
            ]
        case .teltonika: return [draft(teltonika([snapshot]), of: device)]
        case .ownTracks:
            let location = OwnTracksLocation(snapshot, sentAt: snapshot.time)
            return [draft((location.payload(device), location.sample), of: device)]
        }
    }

    /// What was kept while offline, published at `time`, in milliseconds since 1970.
    mutating func backlog(
        _ kept: [Snapshot], of device: DeviceIdentity, sentAt time: Int64,
        random: inout SplitMix64
    ) -> [Draft] {
        switch plan.format {
        case .genericBag:
            return slices(kept, of: GenericJSON.mostRows).map {
                draft(GenericJSON.bag($0), of: device)
            }
        case .genericTracker:
            return slices(kept, of: GenericJSON.mostRows).map {
                draft(GenericJSON.tracker($0), of: device)
            }
        case .teltonika:
            return slices(kept, of: TeltonikaFrame.mostRecords).map {
                draft(teltonika($0), of: device)
            }
        case .ownTracks:
            // One message each, in bulk; now and then one overtakes another.
            var kept = kept
            for index in kept.indices.dropFirst()
            where Int.random(in: 0..<6, using: &random) == 0 { kept.swapAt(index - 1, index) }
            return kept.map { snapshot in
                let location = OwnTracksLocation(snapshot, sentAt: time)
                return draft((location.payload(device), location.sample), of: device)
            }
        case .ruuviGateway, .draginoLHT65N: return []
        }
    }

    private func draft(
        _ content: (payload: [UInt8], samples: [ExpectedSample]), of device: DeviceIdentity
    ) -> Draft {
        Draft(topic: device.topics[0], payload: content.payload, samples: content.samples)
    }

    private func draft(
        _ content: (payload: [UInt8], sample: ExpectedSample), of device: DeviceIdentity
    ) -> Draft {
        draft((payload: content.payload, samples: [content.sample]), of: device)
    }

    private func slices(_ kept: [Snapshot], of count: Int) -> [[Snapshot]] {
        stride(from: 0, to: kept.count, by: count).map {
            Array(kept[$0..<min($0 + count, kept.count)])
        }
    }

    private func adverts(
        _ snapshot: Snapshot, of device: DeviceIdentity, random: inout SplitMix64
    ) -> [Draft] {
        let frame = RuuviDF5(snapshot, movements: movements, address: device.address)
        let hearings = snapshot.isHeardTwice ? 2 : 1
        return (0..<hearings).map { place in
            // The second gateway relays it a little later, and its clock is a little ahead.
            let ahead = place == 0 ? 0 : Int64.random(in: 0...1, using: &random)
            let hearing = RuuviGatewayMessage(
                gateway: plan.gateways[place % plan.gateways.count],
                rssi: Int.random(in: -95 ... -40, using: &random),
                second: snapshot.isClockUnset ? nil : snapshot.time / 1000 + ahead, count: sent,
                delay: Int64.random(in: 0...1, using: &random))
            return Draft(
                topic: device.topics[place % device.topics.count],
                payload: hearing.payload(frame),
                // What the first gateway said is in the log already.
                samples: place == 0 ? [hearing.sample(frame)] : [])
        }
    }

    private func teltonika(
        _ snapshots: [Snapshot]
    ) -> (payload: [UInt8], samples: [ExpectedSample]) {
        let records = snapshots.map {
            TeltonikaRecord(
                $0, wiredProbes: plan.wiredProbes, bluetoothProbes: plan.bluetoothProbes)
        }
        let frame = TeltonikaFrame(records: records)
        return (plan.isFramed ? frame.framed : frame.data, records.map(\.sample))
    }
}
