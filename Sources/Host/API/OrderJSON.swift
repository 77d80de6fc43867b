import Bridge
import ColdChain
import Fabric
import Journal
import Wire

extension JSONWriter {
    /// The members of an order, under the names the API takes them by.
    mutating func orderMembers(_ order: Order) {
        member("id", order.id)
        member("foodClass", order.foodClass.name)
        member("status", order.status.name)
        member("customerId", order.customer)
        member("driverId", order.driver)
        member("vehicleId", order.vehicle)
        member("restaurantId", order.restaurant)
        member("cafeId", order.cafe)
        instantMember("promisedAt", order.promisedAt)
        placeMember("pickupLocation", order.pickup)
        placeMember("deliveryLocation", order.delivery)
        instantMember("createdAt", order.createdAt)
        instantMember("pickedUpAt", order.pickedUpAt)
        instantMember("deliveredAt", order.deliveredAt)
        instantMember("updatedAt", order.updatedAt)
    }

    mutating func custodyMembers(_ custody: Custody) {
        member("bagId", custody.bag)
        instantMember("from", custody.from)
        instantMember("until", custody.until)
    }

    mutating func limitMembers(_ limit: CriticalLimit, profile: String) {
        member("minimum", limit.minimum)
        member("maximum", limit.maximum)
        member("unit", "°C")
        member("profile", profile)
    }

    mutating func excursionMembers(_ excursion: Excursion) {
        member("number", Int64(clamping: excursion.number))
        instantMember("openedAt", excursion.openedAt)
        instantMember("closedAt", excursion.closedAt)
        member("peak", excursion.peak)
        member("revision", Int64(excursion.revision))
        judgement(of: excursion)
        name("limit")
        object { $0.limitMembers(excursion.limit, profile: excursion.limitProfile) }
    }

    /// When sensors of the order's bags were silent, as people were told.
    mutating func silencesMember(_ silences: [LoggedSilence]) {
        name("silences")
        array { array in
            for silence in silences { array.object { $0.silenceMembers(silence) } }
        }
    }

    private mutating func silenceMembers(_ logged: LoggedSilence) {
        let silence = logged.silence
        member("bagId", silence.bag)
        member("deviceId", logged.device)
        member("probe", silence.probe.map { Int64($0) })
        instantMember("lastHeard", silence.lastHeard)
        instantMember("silentSince", silence.since)
        member("notices", silence.notices)
        instantMember("toldAt", silence.toldAt)
        instantMember("endedAt", silence.end?.at)
        member("endReason", silence.end?.reason.name)
        member("cause", silence.cause?.name)
    }

    mutating func instantMember(_ name: String, _ instant: Timestamp?) {
        if let instant { member(name, instant: instant.milliseconds) }
    }

    /// Why a place of delivery that was told is not there.
    mutating func placeProblemMember(_ problem: PlaceProblem?) {
        member("deliveryLocationProblem", problem?.description)
    }

    private mutating func placeMember(_ name: String, _ place: Place?) {
        guard let place else { return }
        self.name(name)
        object { writer in
            writer.member("latitude", place.latitude)
            writer.member("longitude", place.longitude)
        }
    }
}
