import InteropSupport
import TestSupport
import Testing

/// What a food-safety officer does about a breach, over REST, with a broker and a daemon as they are.
@Suite struct AlertTests {
    struct Mark: Decodable, Equatable {
        var by: String
        var role: String
    }

    struct Limit: Decodable {
        var maximum: Double?
        var profile: String
    }

    struct Evidence: Decodable {
        var temperature: Double
        var limit: Limit
    }

    struct Action: Decodable {
        var disposition: String
        var cause: String
        var text: String
        var by: String
        var at: String
    }

    struct Signature: Decodable, Equatable {
        var printedName: String
        var meaning: String
        var by: String
    }

    struct Alert: Decodable {
        var number: Int
        var revision: Int
        var kind: String
        var orderId: String
        var bagId: String
        var standing: Bool
        var acknowledged: Bool
        var closed: Bool
        var disposition: String?
        var reviewDue: String?
        var evidence: Evidence
        var actions: [Action]
        var signatures: [Signature]
    }

    struct Answered: Decodable {
        var alert: Alert
        var stateHash: String?
    }

    struct Step: Decodable {
        var action: String
        var by: String
        var role: String
        var revision: Int
        var stateHash: String
        var printedName: String?
        var meaning: String?
        var reason: String?
    }

    struct History: Decodable {
        var alert: Alert
        var stateHash: String
        var history: [Step]
    }

    struct Page: Decodable {
        var alerts: [Answered]
        var next: String?
    }

    struct Conflict: Decodable {
        struct Details: Decodable {
            var code: String
            var revision: Int?
        }
        var error: Details
    }

    let broker: Mosquitto
    let daemon: Freshwire
    let officer: String
    let staff: String

    init() throws {
        (broker, daemon) = try Freshwire.ready()
        officer = try daemon.token(role: "food_safety", subject: "maria")
        staff = try daemon.token(role: "staff", subject: "ben")
    }

    private func post(
        _ verb: String, _ body: String, alert: Int = 1, token: String? = nil
    ) throws -> Answer {
        try daemon.request(
            "/v1/alerts/\(alert)/\(verb)", method: "POST", token: token ?? officer, body: body)
    }

    /// Does something that must be done, and answers the alert as it is since.
    private func done(_ verb: String, _ body: String) throws -> Alert {
        let answer = try post(verb, body)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        return try answer.decoded(Answered.self).alert
    }

    private func alerts(_ query: String = "", token: String? = nil) throws -> [Alert] {
        let answer = try daemon.request("/v1/alerts\(query)", token: token ?? officer)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        return try answer.decoded(Page.self).alerts.map(\.alert)
    }

    /// Breaks the limit of a new order's cold food.
    private func breach(_ order: String = "ORD-1", bag: String = "BAG-1") throws {
        try daemon.createOrder(
            order, foodClass: "cold", bags: [bag], fields: #","restaurantId":"R-1""#)
        try broker.publish(temperature: 9.5, ofBag: bag)
        try #require(try eventually { try alerts("?order=\(order)").count == 1 })
    }

    @Test("§1.4: a breach is seen, acknowledged, acted on, released, closed, signed and proven")
    func officerAtWork() throws {
        let client = try RealtimeClient(daemon, token: officer)
        try client.send(#"{"type":"subscribe","id":"a","payload":{"channel":"alerts.all"}}"#)
        try #require(try client.first("subscribe_ack") != nil)
        try breach()
        #expect(try client.first("alert_update") != nil)

        let open = try #require(try alerts("?state=open&acknowledged=false&kind=excursion").first)
        #expect(open.orderId == "ORD-1" && open.bagId == "BAG-1" && open.standing)
        #expect(open.evidence.temperature == 9.5 && open.evidence.limit.maximum == 5)
        #expect(open.evidence.limit.profile == "us-fda-2022")
        #expect(open.disposition == "hold" && open.reviewDue != nil)

        let seen = try done("acknowledge", #"{"revision":1,"text":"on my way"}"#)
        #expect(seen.acknowledged && seen.standing && !seen.closed)
        let assigned = try done("assign", #"{"revision":2,"assignee":"ben"}"#)
        #expect(assigned.revision == 3)
        // It comes back inside, which acknowledges and decides nothing.
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        try #require(try eventually { try alerts("?standing=false").count == 1 })
        let ended = try #require(try alerts().first)
        #expect(ended.disposition == "hold" && ended.revision == 4)

        let acted = try done(
            "action",
            #"{"revision":4,"disposition":"hold","cause":"bag_opened","text":"Core measured.","#
                + #""foodTemperature":4.5,"preventRecurrence":"Lid replaced."}"#)
        #expect(acted.actions.last?.by == "maria" && acted.actions.last?.cause == "bag_opened")
        let released = try done(
            "release",
            #"{"revision":5,"cause":"bag_opened","text":"4.5 °C in the core: safe.","#
                + #""printedName":"Maria Ruiz"}"#)
        #expect(released.disposition == "release")
        let closed = try done(
            "close",
            #"{"revision":6,"reason":"resolved","text":"Done.","printedName":"Maria Ruiz"}"#)
        #expect(closed.closed && closed.reviewDue != nil)
        let body = #"{"revision":7,"meaning":"reviewed","printedName":"Maria Ruiz"}"#
        let signed = try done("sign", body)
        #expect(signed.reviewDue == nil)
        #expect(signed.signatures.map(\.meaning) == ["released", "closed", "reviewed"])
        // The same request again, as after a lost answer.
        #expect(try done("sign", body).revision == 8)

        let answer = try daemon.request("/v1/alerts/1", token: officer)
        let record: History = try answer.decoded()
        #expect(
            record.history.map(\.action) == [
                "acknowledged", "assigned", "action_recorded", "released", "closed", "signed",
            ])
        #expect(Set(record.history.map(\.by)) == ["maria"])
        #expect(record.history.map(\.revision) == [1, 2, 4, 5, 6, 7])
        #expect(Set(record.history.map(\.stateHash)).count == 6)
        #expect(record.history.last?.printedName == "Maria Ruiz")
        #expect(eventually { client.count("alert_update") == 8 })
        try requireProof()
    }

    /// The whole log, by `freshwire verify` and by the foreign verifier.
    private func requireProof() throws {
        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output)\(verified.errors)")
        let printed = try Python.output(of: "verify_log.py", [daemon.storeFile])
        let foreign = String(decoding: printed, as: UTF8.self)
        #expect(foreign.contains("\"findings\": []"), "\(foreign)")
    }

    @Test("who may not is refused: by role, by order of things, by an old revision, by site")
    func refusals() throws {
        try breach()
        let release = #"{"revision":1,"cause":"other","text":"x","printedName":"Ben"}"#
        let close = #"{"revision":1,"reason":"resolved","text":"x","printedName":"Ben"}"#
        let sign = #"{"revision":1,"meaning":"reviewed","printedName":"Ben"}"#
        let customer = try daemon.token(role: "customer", subject: "c")
        let cases: [(String, String, String, Int, String)] = [
            ("release", release, staff, 403, "not_qualified"),
            ("close", close, staff, 403, "not_qualified"),
            ("sign", sign, staff, 403, "not_qualified"),
            ("release", release, officer, 409, "not_acknowledged"),
            ("close", close, officer, 409, "not_acknowledged"),
            ("comment", #"{"revision":7,"text":"x"}"#, staff, 409, "revision_conflict"),
            ("comment", #"{"revision":1,"text":" "}"#, staff, 400, "invalid"),
            ("comment", #"{"revision":1,"text":"x","by":"eve"}"#, staff, 400, "invalid"),
            ("comment", "{", staff, 400, "not_json"),
            ("comment", #"{"revision":1,"text":"x"}"#, customer, 403, "forbidden"),
            ("eat", "{}", staff, 404, "not_found"),
        ]
        for (verb, body, token, status, code) in cases {
            let answer = try post(verb, body, token: token)
            #expect(answer.status == status, "\(verb) \(body): \(answer.body)")
            #expect(try answer.decoded(Conflict.self).error.code == code, "\(verb) \(body)")
        }
        let missing = try post("comment", #"{"revision":1,"text":"x"}"#, alert: 2)
        #expect(missing.status == 404)
        #expect(try daemon.request("/v1/alerts/x", token: staff).status == 404)
        #expect(try daemon.request("/v1/alerts/2", token: staff).status == 404)
        #expect(try daemon.request("/v1/alerts/1").status == 401)
        #expect(
            try daemon.request("/v1/alerts/1", method: "DELETE", token: staff).status == 405)
        for query in ["state=shut", "kind=x", "from=noon", "acknowledged=1", "limit=0", "after=x"] {
            #expect(try daemon.request("/v1/alerts?\(query)", token: staff).status == 400)
        }
        #expect(try daemon.request("/v1/alerts", token: customer).status == 403)
        #expect(try alerts().first?.revision == 1)
    }

    @Test("a merchant sees alerts of its own site, and no others")
    func sites() throws {
        try breach()
        let other = try daemon.token(role: "merchant", subject: "m", site: "R-2")
        let own = try daemon.token(role: "merchant", subject: "m", site: "R-1")
        #expect(try alerts(token: other).isEmpty)
        #expect(try alerts(token: own).count == 1)
        #expect(try daemon.request("/v1/alerts/1", token: other).status == 404)
        let body = #"{"revision":1}"#
        #expect(try post("acknowledge", body, token: other).status == 404)
        #expect(try post("acknowledge", body, token: own).status == 200)
    }

    @Test("a daemon that is killed knows every alert again, and takes up where it was")
    func killed() throws {
        try breach()
        _ = try done("acknowledge", #"{"revision":1}"#)
        try daemon.kill()
        try daemon.start()
        try #require(eventually { daemon.isReady })
        let alert = try #require(try alerts().first)
        #expect(alert.acknowledged && alert.revision == 2)
        #expect(try done("acknowledge", #"{"revision":1}"#).revision == 2)
        #expect(try done("comment", #"{"revision":2,"text":"still here"}"#).revision == 3)
        for number in 2...3 { try breach("ORD-\(number)", bag: "BAG-\(number)") }
        let first: Page = try daemon.request("/v1/alerts?limit=2", token: officer).decoded()
        #expect(first.alerts.map(\.alert.number) == [3, 2])
        let next = try #require(first.next)
        let rest: Page = try daemon.request(
            "/v1/alerts?limit=2&after=\(next)", token: officer
        ).decoded()
        #expect(rest.alerts.map(\.alert.number) == [1] && rest.next == nil)
        try requireProof()
    }
}
