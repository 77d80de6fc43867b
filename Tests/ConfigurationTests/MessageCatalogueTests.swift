import Fabric
import Foundation
import Testing

@testable import Configuration

/// The catalogue of messages as data.
@Suite struct MessageCatalogueTests {
    @Test("The catalogue in the program is the file")
    func shipped() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Catalogue/messages.yaml").standardizedFileURL
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(MessageCatalogue.shippedText(of: "messages.yaml") == text)
        #expect(try MessageCatalogue.shipped().types.count > 25)
    }

    /// What the five seeds name, and that Freshwire does not tell by itself.
    @Test(
        "W-7, W-8, T-6, S-5, K-3, K-4: every message that a seed names is there, by its name",
        arguments: [
            (DialectName.tableTap, "order_created"), (.tableTap, "order_status_changed"),
            (.tableTap, "order_ready"), (.tableTap, "order_completed"),
            (.tableTap, "payment_processed"), (.tableTap, "payment_failed"),
            (.tableTap, "order_assigned"), (.tableTap, "order_priority_changed"),
            (.tableTap, "order_cancelled"), (.tableTap, "employee_status_changed"),
            (.tableTap, "break_started"), (.tableTap, "counter_status_changed"),
            (.tableTap, "metrics_update"), (.tableTap, "alert"), (.wia, "order_update"),
            (.wia, "location_update"), (.wia, "eta_update"), (.wia, "notification"),
            (.tracking, "location_update"), (.socketIO, "order:driver_location"),
            (.socketIO, "order:status_update"), (.socketIO, "merchant:new_order"),
            (.socketIO, "delivery:new_request"), (.booking, "driver_location_update"),
            (.booking, "chat_message"), (.booking, "booking_status_changed"),
            (.booking, "assignment_offer"), (.booking, "notice"),
        ])
    func named(dialect: DialectName, name: String) throws {
        let catalogue = try MessageCatalogue.shipped()
        #expect(catalogue.types.contains { $0.forms[dialect] == name })
    }

    @Test(
        "What clients of the seeds send is taken under their names",
        arguments: [
            (DialectName.wia, "location_update"), (.wia, "status_change"),
            (.tableTap, "order_status_update"), (.socketIO, "driver:location_update"),
            (.booking, "chat_message"), (.booking, "driver_location_update"),
        ])
    func accepted(dialect: DialectName, name: String) throws {
        #expect(try MessageCatalogue.shipped().type(accepted: name, in: dialect) != nil)
    }

    @Test(
        "A malformed catalogue is refused with its place and the reason",
        arguments: [
            ("messages: {}", "c.yaml:1:1: the key 'version' is missing"),
            ("version: 2\nmessages: {}", "c.yaml:1:10: is 2, allowed is 1…1"),
            (
                "version: 1\nmessages:\n  a: {summary: s, publishers: [{roles: [king]}]}",
                "c.yaml:3:40: there is no role 'king'"
            ),
            (
                "version: 1\nmessages:\n  a: {summary: s, publishers: [{roles: [platform]}]}",
                "c.yaml:3:3: the message 'a': it goes to no channel"
            ),
            (
                """
                version: 1
                messages:
                  a: {summary: s, publishers: [{roles: [platform]}], channels: ["orders.{id}"]}
                """,
                "c.yaml:3:3: the message 'a': 'orders.{id}' needs a field 'id' of kind identifier"
            ),
            (
                """
                version: 1
                messages:
                  a: {summary: s, publishers: [{roles: [platform]}], channels: [nowhere]}
                """,
                "c.yaml:3:64: 'nowhere' is no channel such as orders.{orderId} or"
                    + " users.{order.customer}"
            ),
            (
                """
                version: 1
                messages:
                  a:
                    summary: s
                    publishers: [{roles: [platform]}]
                    channels: ["tracking.{orderId}"]
                    fields:
                      orderId: {kind: identifier, required: true}
                      street: {kind: string, bytes: 10, sensitive: true}
                """,
                "c.yaml:3:3: the message 'a': 'street' is sensitive, and 'tracking.{orderId}'"
                    + " carries nothing personal"
            ),
            (
                """
                version: 1
                messages:
                  a:
                    summary: s
                    publishers: [{roles: [platform]}]
                    channels: [system.maintenance]
                    accepted: {wia: subscribe}
                """,
                "c.yaml:3:3: the message 'a': clients have another meaning for 'subscribe'"
            ),
            (
                "version: 1\nmessages:\n  a: {summary: s, fields: {x: {kind: text}}}",
                "c.yaml:3:38: expected one of 'string', 'identifier'"
            ),
            (
                """
                version: 1
                messages:
                  a: {summary: s, fields: {x: {kind: number, minimum: 2, maximum: 1}}}
                """, "c.yaml:3:67: it is less than the minimum"
            ),
        ])
    func malformed(text: String, problem: String) {
        do throws(ConfigurationProblem) {
            _ = try MessageCatalogue(parsing: Array(text.utf8), file: "c.yaml")
            Issue.record("it was taken")
        } catch {
            #expect(error.description.hasPrefix(problem), "\(error)")
        }
    }
}
