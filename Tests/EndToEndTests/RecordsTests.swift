import Foundation
import TestSupport
import Testing

/// What somebody does who answers for the log: holds, and what a person may ask.
@Suite struct RecordsTests {
    private struct Order: Decodable {
        var id: String
        var customer: String?
    }

    let broker: Mosquitto
    let daemon: Freshwire

    init() throws {
        (broker, daemon) = try Freshwire.ready()
    }

    private var url: String { "http://127.0.0.1:\(daemon.port)" }

    private func amend(_ order: String, _ body: String) throws {
        let answer = try daemon.request(
            "/v1/orders/\(order)", method: "PATCH", token: try daemon.token(), body: body)
        #expect(answer.status == 200, "\(answer.body)")
    }

    @Test(
        "Q-8, T-15: a customer is exported and erased over REST and by command, but not while held")
    func lifeOfASubject() throws {
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"],
            fields: #","customerId":"CUST-4","deliveryLocation":{"latitude":48,"longitude":11}"#)
        let admin = try daemon.token(role: "admin", subject: "anna")
        let path = "/v1/subjects/customers/CUST-4"
        #expect(try daemon.request(path, token: try daemon.token()).status == 403)
        #expect(try daemon.request(path, token: admin).body.contains("\"latitude\":48"))
        // Under way.
        let early = try daemon.request(path, method: "DELETE", token: admin)
        #expect(early.status == 409 && early.body.contains("ORD-1 is under way"), "\(early.body)")
        try amend("ORD-1", #"{"status":"cancelled"}"#)
        // Held.
        let hold = #"{"orderId":"ORD-1","reason":"complaint 7"}"#
        #expect(
            try daemon.request(
                "/v1/holds", method: "POST", token: try daemon.token(), body: hold
            ).status == 403)
        let officer = try daemon.token(role: "food_safety", subject: "ben")
        let placed = try daemon.request("/v1/holds", method: "POST", token: officer, body: hold)
        #expect(placed.status == 201 && placed.body.contains(#""placedBy":"ben""#))
        let held = try daemon.request(path, method: "DELETE", token: admin)
        #expect(held.status == 409 && held.body.contains("under legal hold 1"), "\(held.body)")
        let listed = try daemon.command("hold", "list", "--url", url)
        #expect(listed.output.contains("complaint 7"), "\(listed.errors)")
        let released = try daemon.command("hold", "release", "1", "--url", url, "--by", "cem")
        #expect(released.output.contains(#""releasedBy":"cem""#), "\(released.errors)")
        // Erased.
        let exported = try daemon.command("subject", "export", "--customer", "CUST-4")
        #expect(exported.output.split(separator: "\n").count == 1, "\(exported.errors)")
        #expect(exported.output.contains("order.cancelled"))
        let erased = try daemon.command(
            "subject", "erase", "--customer", "CUST-4", "--url", url, "--by", "anna")
        #expect(erased.output.contains("ORD-1"), "\(erased.errors)")
        let orders: [Order] = try daemon.rows("SELECT id, customer FROM orders")
        #expect(orders.map(\.id) == ["ORD-1"] && orders.map(\.customer) == [nil])
        #expect(try daemon.request(path, token: admin).body == #"{"records":[]}"#)
        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output)")
        #expect(verified.output.contains("3 purged"), "\(verified.output)")
    }

    @Test(
        "a hold that says nothing, or nonsense, is refused with the field at fault",
        arguments: [
            (#"{"reason":"r"}"#, "body"),
            (#"{"bagId":"B"}"#, "reason"),
            (#"{"bagId":"","reason":"r"}"#, "bagId"),
            (#"{"bagId":7,"reason":"r"}"#, "bagId"),
            (#"{"from":"yesterday","reason":"r"}"#, "from"),
            (
                #"{"from":"2026-01-02T00:00:00Z","until":"2026-01-01T00:00:00Z","reason":"r"}"#,
                "until"
            ),
            (#"{"bag":"B","reason":"r"}"#, "bag"),
        ])
    func refused(body: String, field: String) throws {
        let answer = try daemon.request(
            "/v1/holds", method: "POST", token: try daemon.token(role: "admin"), body: body)
        #expect(answer.status == 400)
        #expect(answer.body.contains("\"field\":\"\(field)\""), "\(answer.body)")
    }

    @Test("a hold that is not there is not released, and methods that are not served say so")
    func notThere() throws {
        let token = try daemon.token(role: "admin")
        #expect(try daemon.request("/v1/holds/9", method: "DELETE", token: token).status == 404)
        #expect(try daemon.request("/v1/holds/x", method: "DELETE", token: token).status == 404)
        #expect(try daemon.request("/v1/holds", method: "PATCH", token: token).status == 405)
        #expect(try daemon.request("/v1/subjects/dogs/1", token: token).status == 404)
    }
}
