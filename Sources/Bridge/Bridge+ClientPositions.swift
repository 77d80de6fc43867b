import ColdChain
import Fabric
import Wire

extension Bridge {
    /// Records where a driver says to be, as a fix of what they drive, and tells it where it is news.
    ///
    /// It is put to the tests that fixes of trackers are put to.
    mutating func take(
        position publication: Publication, of order: Order?, at now: Timestamp,
        effects: inout Effects
    ) throws(PublicationRefusal) {
        guard let driver = publication["driverId"]?.string,
            let latitude = publication["latitude"]?.double,
            let longitude = publication["longitude"]?.double,
            let profile = settings.clientProfile
        else {
            throw PublicationRefusal(.invalid, "Positions of clients are not taken here.")
        }
        if !publication.publisher.role.seesEverything {
            guard
                allowance.take(
                    publication.publisher.subject,
                    limit: settings.bounds.positionsAnHour, at: now.milliseconds)
            else {
                throw PublicationRefusal(
                    .rateLimit,
                    "Only \(settings.bounds.positionsAnHour) positions an hour are taken.")
            }
        }
        let position = Position(
            latitude: latitude, longitude: longitude,
            speed: publication["speed"]?.double.map { $0 / 3.6 },
            heading: publication["heading"]?.double.map { $0 >= 360 ? 0 : $0 },
            accuracy: publication["accuracy"]?.double)
        let vehicle = order?.carriedBy ?? book.vehicle(ofDriver: driver) ?? driver
        let source = try source(
            of: driver, on: vehicle, profile: profile, effects: &effects)
        let sample = Sample(
            measuredAt: publication.occurredAt, position: position, measurements: 0..<0)
        record(sample, position, from: source, profile, at: now, effects: &effects)
    }

    private mutating func source(
        of driver: String, on vehicle: String, profile: ProfileNumber, effects: inout Effects
    ) throws(PublicationRefusal) -> SourceNumber {
        let name = Array(driver.utf8)
        let carrier = Carrier.vehicle(vehicle)
        if let known = sources.find(name.span, profile: profile, fixedTo: carrier) {
            return known
        }
        guard sources.count < settings.bounds.sourcesMaximum else { throw .overloaded }
        let source = sources.insert(
            name.span, device: driver, carrier: carrier, profile: profile, book: &book)
        effects.records.sources.append(source)
        return source.number
    }

    private mutating func record(
        _ sample: Sample, _ position: Position, from source: SourceNumber,
        _ profile: ProfileNumber, at now: Timestamp, effects: inout Effects
    ) {
        let measuredAt = sample.measuredAt ?? standIn(from: source, receivedAt: now)
        let row = Row(
            source: source, profile: profile, measuredAt: measuredAt,
            timeSource: sample.timeSource, receivedAt: now,
            quality: findings(of: sample, from: source, isConflict: false), notes: sample.notes)
        let quality = recordFix(of: sample, row: row, effects: &effects)
        if row.isTimeImpossible(settings.bounds) { return }
        guard isNewest(measuredAt, from: source, receivedAt: now) else {
            counters.lateReadings += 1
            return
        }
        sources[source].newest = measuredAt
        // A position that cannot be is in the log; nobody is led there.
        guard let quality, quality != .bad, let vehicle = sources[source].vehicle else { return }
        publish(position, quality, row, vehicle: vehicle, &effects)
        note(position, of: sources[source].source.device, row)
    }

    /// Where the driver is, who may be asked by that.
    mutating func note(_ position: Position, of driver: String, _ row: Row) {
        places.note(
            Coordinate(latitude: position.latitude, longitude: position.longitude), of: driver,
            measuredAt: row.measuredAt, at: row.receivedAt, limit: settings.offers.placesMaximum)
    }
}

extension ProfileTraits {
    /// What positions come by that drivers' own programs tell.
    package static let client = ProfileTraits(name: "freshwire/client@1", carrier: .vehicle)
}

extension BridgeSettings {
    /// Nil where positions of clients are not taken.
    var clientProfile: ProfileNumber? {
        profiles.lastIndex { $0.name == ProfileTraits.client.name }.map(ProfileNumber.init)
    }
}
