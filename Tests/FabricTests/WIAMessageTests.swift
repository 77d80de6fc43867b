import ColdChain
import Fabric
import Testing
import Wire

/// What subscribers are told, to the letter (W-2).
struct WIAMessageTests {
    private func told(_ event: Event) -> [String] {
        let room = Room()
        room.fabric.restore([Sample.order("O1")])
        let client = room.connect(1)
        room.follow(
            client, Channel(.order, "O1"), Channel(.bag, "B1"), Channel(.vehicle, "V1"))
        room.publish(event)
        return room.texts(to: client)
    }

    private func state(_ type: String, _ payload: String) -> String {
        #"{"type":"\#(type)","id":"e1-0.\#(Room.start).1","timestamp":"\#(Room.startText)","#
            + #""payload":\#(payload)}"#
    }

    private func record(_ type: String, _ payload: String) -> String {
        #"{"type":"\#(type)","id":"e1-1","timestamp":"\#(Room.startText)","payload":\#(payload)}"#
    }

    @Test("W-2: location_update has the seed's payload, with the speed in km/h")
    func location() {
        let event = Sample.location(
            40.7589, speed: 25 / 3.6, heading: 90, accuracy: 12)
        #expect(
            told(event) == [
                state(
                    "location_update",
                    #"{"driverId":"dirk","orderId":"O1","location":{"latitude":40.7589,"#
                        + #""longitude":-73.9851,"accuracy":12,"heading":90,"speed":25}}"#)
            ])
    }

    @Test("W-2: what is not known of a position is left out; a vehicle stands in for its driver")
    func sparseLocation() {
        #expect(
            told(Sample.location(40.759, order: nil, driver: nil)) == [
                state(
                    "location_update",
                    #"{"vehicleId":"V1","location":{"latitude":40.759,"longitude":-73.9851}}"#)
            ])
    }

    @Test(
        "W-2: temperature_update says what is unknown",
        arguments: [
            (Bool?.none, "null"), (true, "true"), (false, "false"),
        ])
    func temperature(isWithinLimit: Bool?, text: String) {
        #expect(
            told(Sample.temperature(63.4, humidity: 41, isWithinLimit: isWithinLimit)) == [
                state(
                    "temperature_update",
                    #"{"orderId":"O1","bagId":"B1","deviceId":"S1","temperature":63.4,"#
                        + #""unit":"°C","humidity":41,"measuredAt":"2026-01-02T03:04:05.678Z","#
                        + #""receivedAt":"2026-01-02T03:04:06.090Z","quality":"good","#
                        + #""withinLimit":\#(text)}"#)
            ])
    }

    @Test(
        "W-2: temperature_alert carries the limit it was judged by",
        arguments: [
            (TemperatureAlert.State.opened, "null"), (.closed, #""2026-01-02T03:04:05.678Z""#),
        ])
    func alert(alertState: TemperatureAlert.State, closedAt: String) {
        let judged = alertState == .closed ? "closed" : "active"
        #expect(
            told(Sample.alert(alertState)) == [
                record(
                    "temperature_alert",
                    #"{"orderId":"O1","bagId":"B1","deviceId":"S1","state":"\#(alertState.name)","#
                        + #""severity":"critical","foodClass":"hot","#
                        + #""limit":{"minimum":57,"maximum":null,"unit":"°C","#
                        + #""profile":"us-fda-2022"},"temperature":48.5,"peak":44.25,"#
                        + #""unit":"°C","openedAt":"2026-01-02T03:03:05.678Z","#
                        + #""closedAt":\#(closedAt),"measuredAt":"2026-01-02T03:04:05.678Z","#
                        + #""excursion":7,"revision":1,"excursionState":"\#(judged)","#
                        + #""standing":"holds","startEdge":"reading","#
                        + #""activatedAt":"2026-01-02T03:03:35.678Z","cause":"grace","#
                        + (alertState == .closed ? #""closeReason":"cleared","# : "")
                        + #""outsideSeconds":60,"unknownSeconds":0,"degreeSeconds":500}"#)
            ])
    }

    @Test(
        "W-2: order_update has the seed's capitals",
        arguments: [
            (
                OrderStatus.preparing, OrderStatus?.some(.confirmed),
                #","previousStatus":"CONFIRMED""#
            ),
            (.pickedUp, .ready, #","previousStatus":"READY""#),
            (.created, nil, ""),
        ])
    func order(status: OrderStatus, previous: OrderStatus?, rest: String) {
        let name = status.name.uppercased()
        #expect(
            told(Sample.change(Sample.order("O1", status), from: previous)) == [
                record("order_update", #"{"orderId":"O1","status":"\#(name)"\#(rest)}"#)
            ])
    }

    @Test("ids: of one run no two messages share one, and records carry the log's number")
    func identifiers() {
        let room = Room()
        room.fabric.restore([Sample.order("O1")])
        let client = room.connect(1)
        room.follow(client, Channel(.order, "O1"))
        room.publish(Sample.temperature(60), Sample.alert(), Sample.temperature(61, bag: "B2"))
        room.publish(Sample.alert(.closed))
        let ids = room.messages(to: client).compactMap { $0["id"]?.string }
        #expect(Set(ids).count == 4)
        #expect(ids.prefix(2) == ["e1-1", "e1-2"])
    }
}
