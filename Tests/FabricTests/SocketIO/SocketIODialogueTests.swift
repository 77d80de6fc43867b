import ColdChain
import Fabric
import Testing
import Wire

/// Socket.IO clients of the fabric: their rooms, what they are told, and how they come back.
struct SocketIODialogueTests {
    private let room = Room()

    /// A fabric that knows an order of Anna's, driven by Dirk for the Trattoria.
    init() {
        room.publish(Sample.change(Sample.order("O1")))
    }

    private func connect(
        _ number: UInt64, _ role: Role, _ subject: String, site: String? = nil,
        auth: JSON? = nil, recovery: RecoveryRequest? = nil
    ) throws(SocketIORefusal) -> SocketIOWelcome {
        try room.fabric.connect(
            ConnectionNumber(number),
            identity: Identity(subject: subject, role: role, site: site),
            names: SocketIONames(sid: "sid-\(number)", pid: "pid-\(number)"), auth: auth,
            recovery: recovery, now: room.now)
    }

    private func say(_ name: String, _ argument: JSON, _ number: UInt64) -> JSON? {
        room.fabric.receive(
            event: name, [argument], on: ConnectionNumber(number), now: room.now)
    }

    private func join(_ name: String, _ number: UInt64) -> String? {
        let answer = say("join", .string(name), number)
        return answer?["code"]?.string ?? answer?["status"]?.string
    }

    /// The names of the events that wait for a client.
    private func names(_ number: UInt64) -> [String] {
        events(number).compactMap { $0.first?.string }
    }

    private func events(_ number: UInt64) -> [[JSON]] {
        room.texts(to: ConnectionNumber(number)).compactMap { text in
            #expect(text.hasPrefix("42["))
            return JSONReading.value(of: text.utf8.dropFirst(2))?.array
        }
    }

    @Test(
        "S-2: rooms of the role are joined without asking",
        arguments: [
            (Role.customer, "anna", "customer_anna"), (.driver, "dirk", "driver_dirk"),
            (.merchant, "m", "merchant_trattoria"), (.administrator, "root", "admin_updates"),
        ])
    func rolesRooms(role: Role, subject: String, name: String) throws {
        let welcome = try connect(1, role, subject, site: "trattoria")
        #expect(welcome.ready.first?["rooms"] == [.string(name)])
        #expect(welcome.ready.first?["recovered"] == false)
        #expect(welcome.ready.last?.string?.hasPrefix("e1-1.") == true)
    }

    @Test(
        "S-2: an order's room is open to its parties and to staff",
        arguments: [
            (Role.customer, "anna", "order_O1", "ok"),
            (.customer, "bert", "order_O1", "ACCESS_DENIED"),
            (.customer, "anna", "order_O2", "ACCESS_DENIED"),
            (.customer, "anna", "customer_bert", "ACCESS_DENIED"),
            (.customer, "anna", "admin_updates", "ACCESS_DENIED"),
            (.support, "sue", "admin_updates", "ACCESS_DENIED"),
            (.support, "sue", "order_O2", "ORDER_UNKNOWN"),
            (.driver, "dirk", "order_O1", "ok"), (.support, "sue", "order_O1", "ok"),
            (.customer, "anna", "kitchen_1", "UNKNOWN_ROOM"),
            (.customer, "anna", "order_", "UNKNOWN_ROOM"),
        ])
    func orderRooms(role: Role, subject: String, name: String, outcome: String) throws {
        _ = try connect(1, role, subject)
        #expect(join(name, 1) == outcome)
    }

    @Test("S-4: a change of an order goes to it, its customer, its merchant and its driver, once")
    func status() throws {
        _ = try connect(1, .customer, "anna")
        #expect(join("order_O1", 1) == "ok")
        _ = try connect(2, .merchant, "m", site: "trattoria")
        _ = try connect(3, .driver, "dirk")
        _ = try connect(4, .customer, "bert")
        room.publish(Sample.change(Sample.order("O1", .delivered)))
        for number in 1...3 as ClosedRange<UInt64> {
            let events = events(number)
            #expect(events.count == 1)
            #expect(
                events.first == [
                    "order:status_update",
                    [
                        "order_id": "O1", "status": "delivered",
                        "timestamp": .string(Room.startText),
                    ], "e1-2",
                ])
        }
        #expect(events(4).isEmpty)
    }

    @Test("S-3: where the driver is goes to the order's room, and to who joins later")
    func location() throws {
        _ = try connect(1, .customer, "anna")
        #expect(join("order_O1", 1) == "ok")
        room.publish(Sample.location(52.5, speed: 10, heading: 90))
        let told = try #require(events(1).first)
        #expect(told.first == "order:driver_location")
        #expect(told[1]["lat"] == 52.5)
        #expect(told[1]["lng"] == -73.9851)
        #expect(told[1]["speed"]?.double == 36)
        #expect(told.last?.string?.hasPrefix("e1-1.") == true)
        _ = try connect(2, .customer, "anna")
        #expect(join("order_O1", 2) == "ok")
        #expect(names(2) == ["order:driver_location"])
    }

    @Test("Alarms and silences go to the order's room with what the log has of them")
    func records() throws {
        _ = try connect(1, .administrator, "root")
        room.publish(Sample.alert(), Sample.silence(), Sample.silence(isBack: true))
        #expect(names(1) == ["order:temperature_alert", "sensor:silent", "sensor:returned"])
    }

    @Test("Who leaves a room is told nothing more of it")
    func leaving() throws {
        _ = try connect(1, .customer, "anna")
        #expect(join("order_O1", 1) == "ok")
        room.publish(Sample.alert())
        #expect(say("leave", ["room": "order_O1"], 1)?["status"] == "ok")
        room.publish(Sample.alert(.closed))
        #expect(names(1).isEmpty)
    }

    @Test("W-16: who loses an order leaves its room and is told so")
    func revoked() throws {
        _ = try connect(1, .driver, "dirk")
        #expect(join("order_O1", 1) == "ok")
        room.publish(Sample.change(Sample.order("O1", driver: "emil")))
        #expect(names(1) == ["room:revoked"])
        room.publish(Sample.alert())
        #expect(names(1).isEmpty)
    }

    @Test("A recovered session has its names, its rooms and what it missed")
    func recovery() throws {
        let first = try connect(1, .customer, "anna")
        #expect(join("order_O1", 1) == "ok")
        room.publish(Sample.alert())
        let offset = try #require(events(1).last?.last?.string)
        lose(1)
        room.publish(Sample.alert(.closed))
        let again = try connect(
            2, .customer, "anna", recovery: RecoveryRequest(session: "pid-1", offset: offset))
        #expect(again.names == first.names)
        #expect(again.ready.count == 1)
        #expect(again.ready.first?["recovered"] == true)
        #expect(names(2) == ["order:temperature_alert"])
    }

    @Test("A client is recovered whose earlier line is not yet known to be dead")
    func recoveryOfTheLiving() throws {
        let first = try connect(1, .customer, "anna")
        let offset = try #require(first.ready.last?.string)
        let again = try connect(
            2, .customer, "anna", recovery: RecoveryRequest(session: "pid-1", offset: offset))
        #expect(again.names == first.names)
        #expect(room.codes(of: ConnectionNumber(1)) == [.silent])
        lose(1)
        room.publish(Sample.change(Sample.order("O1", .delivered)))
        #expect(names(2) == ["order:status_update"])
    }

    @Test(
        "A session is not recovered by another user, after too long, or after it was left",
        arguments: ["bert", "late", "left", "offset"])
    func notRecovered(reason: String) throws {
        _ = try connect(1, .customer, "anna")
        #expect(join("order_O1", 1) == "ok")
        room.publish(Sample.alert())
        let offset = try #require(events(1).last?.last?.string)
        lose(1, isRecoverable: reason != "left")
        if reason == "late" { room.wait(120_000) }
        let again = try connect(
            2, .customer, reason == "bert" ? "bert" : "anna",
            recovery: RecoveryRequest(
                session: "pid-1", offset: reason == "offset" ? "e0-1" : offset))
        #expect(again.names == SocketIONames(sid: "sid-2", pid: "pid-2"))
        #expect(again.ready.first?["recovered"] == false)
        #expect(names(2).isEmpty)
    }

    @Test("W-16: a session whose room was closed to it meanwhile is not recovered")
    func recoveryAfterRevocation() throws {
        _ = try connect(1, .driver, "dirk")
        #expect(join("order_O1", 1) == "ok")
        room.publish(Sample.alert())
        let offset = try #require(events(1).last?.last?.string)
        lose(1)
        room.publish(Sample.change(Sample.order("O1", driver: "emil")), Sample.alert(.closed))
        let again = try connect(
            2, .driver, "dirk", recovery: RecoveryRequest(session: "pid-1", offset: offset))
        #expect(again.ready.first?["recovered"] == false)
        #expect(again.ready.first?["refused"]?.array?.first?["code"] == "ACCESS_DENIED")
        #expect(names(2).isEmpty)
    }

    @Test("Who names its rooms and its offset is told what it missed, though nobody knows it")
    func recoveryByRooms() throws {
        room.publish(Sample.alert())
        let again = try connect(
            2, .customer, "anna", auth: ["rooms": ["order_O1"], "offset": "e1-1"],
            recovery: RecoveryRequest(session: "of another run", offset: "e1-1"))
        #expect(again.ready.first?["recovered"] == true)
        #expect(again.names.pid == "pid-2")
        #expect(names(2) == ["order:temperature_alert"])
    }

    @Test(
        "What cannot be done is said",
        arguments: [
            ("driver:location_update", ["lat": 1, "lng": 2] as JSON, "NOT_SUPPORTED"),
            ("anything", .null, "UNKNOWN_EVENT"),
            ("join", ["order": "O1"] as JSON, "INVALID_ARGUMENTS"),
        ])
    func errors(name: String, argument: JSON, code: String) throws {
        _ = try connect(1, .driver, "dirk")
        #expect(say(name, argument, 1)?["code"]?.string == code)
    }

    @Test("Who has too many connections is refused by name")
    func tooMany() throws {
        for number in 1...10 as ClosedRange<UInt64> { _ = try connect(number, .driver, "dirk") }
        #expect(throws: SocketIORefusal.self) { try connect(11, .driver, "dirk") }
    }

    private func lose(_ number: UInt64, isRecoverable: Bool = true) {
        room.fabric.disconnect(
            socketIO: ConnectionNumber(number), isRecoverable: isRecoverable, now: room.now)
    }
}
