import Foundation
import TestSupport
import Testing

/// What somebody finds who gets hold of the daemon's files, and what a lost key costs.
@Suite struct SealedPlacesTests {
    private static let latitude = 48.137154
    private static let longitude = 11.576124

    let broker: Mosquitto
    let daemon: Freshwire

    init() throws {
        (broker, daemon) = try Freshwire.ready()
    }

    /// The coordinates as text, and as the eight bytes of each in either order.
    private var patterns: [Data] {
        [Self.latitude, Self.longitude].flatMap { coordinate -> [Data] in
            let bits = (0..<8).map {
                UInt8(truncatingIfNeeded: coordinate.bitPattern >> (8 * UInt64($0)))
            }
            return [Data(bits), Data(bits.reversed()), Data("\(coordinate)".utf8.prefix(7))]
        }
    }

    private func filesWithThePlace() throws -> [String] {
        let folder = (daemon.storeFile as NSString).deletingLastPathComponent
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(names.contains("freshwire.sqlite-wal"))
        let files = names.map { folder + "/" + $0 }
        let found = try files.filter { file in
            let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            return patterns.contains { bytes.range(of: $0) != nil }
        }
        let isLogged = patterns.contains { Data(daemon.allLogs.utf8).range(of: $0) != nil }
        return found + (isLogged ? ["the daemon's log"] : [])
    }

    private func order() throws -> String {
        let answer = try daemon.request("/v1/orders/ORD-1", token: try daemon.token())
        #expect(answer.status == 200, "\(answer.body)")
        return answer.body
    }

    @Test("Q-8: where a customer lives is in no file; a lost key costs the place and no reading")
    func sealed() throws {
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"],
            fields: ##","customerId":"CUST-4","deliveryLocation":"##
                + ##"{"latitude":\##(Self.latitude),"longitude":\##(Self.longitude)}"##)
        let amended = try daemon.request(
            "/v1/orders/ORD-1", method: "PATCH", token: try daemon.token(),
            body: #"{"status":"preparing"}"#)
        #expect(amended.status == 200)
        #expect(try order().contains("48.137154"))
        #expect(try filesWithThePlace() == [])
        _ = try daemon.stop()
        try daemon.start()
        #expect(try order().contains("11.576124"))
        #expect(try filesWithThePlace() == [])
        // The key is lost.
        _ = try daemon.stop()
        try FileManager.default.removeItem(atPath: daemon.storeFile + "-place-keys")
        try daemon.start()
        try #require(eventually { daemon.isReady })
        #expect(daemon.log.contains("places of delivery cannot be read"))
        #expect(try daemon.metric("freshwire_unreadable_places") == 1)
        #expect(try order().contains("deliveryLocationProblem"))
        try broker.publish(
            #"{"t":\#(now()),"temperature":4.5,"seq":1}"#, to: "bags/BAG-1/readings")
        let token = try daemon.token()
        #expect(
            try eventually { try daemon.temperatureLog("ORD-1", token: token).readings.count == 1 })
        #expect(try daemon.command("verify").end == .exit(0))
    }

    @Test("a key file that others can read stops the start, with the remedy; renewing keeps places")
    func keyFile() throws {
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: [],
            fields: #","deliveryLocation":{"latitude":48.137154,"longitude":11.576124}"#)
        _ = try daemon.stop()
        let keys = daemon.storeFile + "-place-keys"
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: keys)
        let checked = try daemon.command("check")
        #expect(checked.end == .exit(78) && checked.errors.contains("places.key_file"))
        #expect(checked.errors.contains("chmod 600 \(keys)"), "\(checked.errors)")
        try daemon.launch()
        let end = try daemon.wait()
        #expect(end != .exit(0))
        #expect(daemon.log.contains("chmod 600"), "\(daemon.log)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: keys)
        let signingKey = daemon.storeFile + "-key"
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: signingKey)
        let warned = try daemon.command("check")
        #expect(warned.end == .exit(0), "\(warned.errors)")
        #expect(
            warned.errors.contains("\(signingKey), which every member of its group can read"),
            "\(warned.errors)")
        let renewed = try daemon.command("place-key")
        #expect(renewed.output == "\(keys): 2 keys\n", "\(renewed.errors)")
        try daemon.start()
        #expect(try order().contains("48.137154"))
    }
}
