import Foundation
import InteropSupport
import TestSupport
import Testing

/// Presence of drivers in a running daemon. What clients are told of it is in the vectors of K-5.
@Suite struct PresenceTests {
    private struct Told: Decodable {
        var driver: String
        var status: String
        var times: Int
    }

    private static let drivers = 40

    private func beat(_ daemon: Freshwire, round: Int) throws {
        let events = (0..<Self.drivers).map { driver in
            #"{"id":"\#(round)-\#(driver)","type":"driver_heartbeat","#
                + #""data":{"driverId":"d-\#(driver)","availability":"available"}}"#
        }
        let answer = try daemon.request(
            "/v1/events", method: "POST", token: try daemon.token(subject: "platform"),
            body: #"{"events":[\#(events.joined(separator: ","))]}"#)
        try #require(answer.status == 200, "\(answer.body)")
    }

    private func told(_ daemon: Freshwire, _ status: String) throws -> [Told] {
        try daemon.rows(
            """
            SELECT json_extract(data, '$.driverId') AS driver,
                json_extract(data, '$.status') AS status, count(*) AS times
            FROM history WHERE type = 'driver_status_changed' AND status = '\(status)'
            GROUP BY driver
            """)
    }

    @Test("K-5: killed at any instant, each driver who falls silent is told to be offline once")
    func killed() throws {
        var settings = Freshwire.Settings()
        settings.sections = ["presence:", "  heartbeat_interval: 1s", "  heartbeat_misses: 1"]
        let (_, daemon) = try Freshwire.ready(settings)
        // Not all at once, so that the end may come between two.
        for round in 0..<4 { try beat(daemon, round: round) }
        for _ in 0..<6 {
            usleep(UInt32.random(in: 800_000...1_300_000))
            try daemon.kill()
            try daemon.start()
        }
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_drivers{state="missing"}"#)
                    == Double(Self.drivers)
            })
        usleep(2_500_000)
        let offline = try told(daemon, "offline")
        #expect(offline.count == Self.drivers)
        #expect(offline.allSatisfy { $0.times == 1 }, "\(offline)")
        #expect(try told(daemon, "available").count == Self.drivers)
        try beat(daemon, round: 9)
        let back = try told(daemon, "available")
        #expect(back.count == Self.drivers)
        #expect(back.allSatisfy { $0.times == 2 }, "\(back)")
    }

    @Test("K-5, Q-8: with a driver goes what is kept of the driver's presence")
    func erased() throws {
        struct Row: Decodable { var driver: String }
        let (_, daemon) = try Freshwire.ready()
        try beat(daemon, round: 0)
        let answer = try daemon.request(
            "/v1/subjects/drivers/d-7", method: "DELETE",
            token: try daemon.token(role: "admin", subject: "ada"))
        #expect(answer.status == 200, "\(answer.body)")
        let rows: [Row] = try daemon.rows("SELECT driver FROM presence")
        #expect(rows.count == Self.drivers - 1)
        #expect(!rows.contains { $0.driver == "d-7" })
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_drivers{state="online"}"#)
                    == Double(Self.drivers - 1)
            })
    }
}
