import Bridge
import ColdChain
import Foundation
import Journal
import Testing

@Suite("Q-8: where customers live is sealed in the log")
struct PlaceTests {
    /// Neither coordinate is a whole number, which SQLite would keep in fewer bytes.
    private let place = Place(latitude: 48.137154, longitude: 11.576124)
    private let moved = Place(latitude: -33.868123, longitude: 151.209295)

    private func order(
        _ number: UInt32 = 1, _ status: OrderStatus = .created, to delivery: Place?
    ) -> Order {
        Order(
            number: OrderNumber(number), id: "order-\(number)", foodClass: .cold, status: status,
            customer: "customer-\(number)", driver: nil, vehicle: nil,
            pickup: Place(latitude: 1.5, longitude: 2.5), delivery: delivery, createdAt: at(0),
            updatedAt: at(1))
    }

    private func restored(_ journal: Journal, _ number: UInt32 = 1) throws -> Place? {
        try journal.restore(now: at(2)).orders.first { $0.number == OrderNumber(number) }?.delivery
    }

    private func reader(_ scratch: Scratch) throws -> JournalReader {
        try JournalReader(path: scratch.path, placeKeyPath: scratch.settings.placeKeyPath)
    }

    private func readPlace(_ scratch: Scratch, _ number: UInt32 = 1) throws -> DeliveryPlace {
        try reader(scratch).deliveryPlace(of: OrderNumber(number))
    }

    /// The coordinates as text, and as the eight bytes of each in either order.
    private func patterns(of place: Place) -> [[UInt8]] {
        [place.latitude, place.longitude].flatMap { coordinate -> [[UInt8]] in
            let bits = (0..<8).map {
                UInt8(truncatingIfNeeded: coordinate.bitPattern >> (8 * UInt64($0)))
            }
            return [bits, bits.reversed(), Array("\(coordinate)".utf8.prefix(6))]
        }
    }

    private func expectSealed(_ scratch: Scratch, _ places: [Place]) throws {
        for suffix in ["", "-wal", "-head"] where scratch.size(of: suffix) > 0 {
            for pattern in places.flatMap(patterns) {
                #expect(
                    try !contains(pattern, scratch.path + suffix), "\(pattern) in log\(suffix)")
            }
        }
    }

    @Test("neither the text nor the bytes of a place are in the files, before and after a start")
    func sealed() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            for status in [OrderStatus.created, .preparing, .inTransit] {
                try journal.commit { $0.orders = [order(1, status, to: place)] }
            }
            try journal.commit {
                $0.orders = [order(1, .inTransit, to: moved), order(2, to: place)]
            }
            #expect(try restored(journal) == moved)
            #expect(try readPlace(scratch) == .known(moved))
            #expect(try readPlace(scratch, 2) == .known(place))
            #expect(try readPlace(scratch, 3) == .unknown)
            _ = try journal.tidy(now: at(0), milliseconds: 0)
            // The pattern is one that is found: where orders come from is not secret.
            #expect(
                try contains(
                    patterns(of: Place(latitude: 1.5, longitude: 2.5))[1],
                    scratch.path + "-wal"))
            // One row for each place that was another.
            #expect(
                try sqlite3(scratch.path, "SELECT order_number, length(sealed) FROM places")
                    == ["1|44", "1|44", "2|44"])
        }
        try expectSealed(scratch, [place, moved])
        do {
            let journal = try Journal(scratch.settings)
            #expect(try restored(journal) == moved)
            #expect(journal.missingPlaceKeys == [] && journal.unreadablePlaces == 0)
            #expect(try prove(scratch.path).findings == [])
        }
        try expectSealed(scratch, [place, moved])
        #expect(
            throws: Never.self, "the chain needs no key",
            performing: {
                try FileManager.default.removeItem(atPath: scratch.settings.placeKeyPath)
                #expect(try prove(scratch.path).findings == [])
            })
    }

    @Test("a place cannot be written in the clear, even by hand")
    func neverClear() throws {
        let scratch = try Scratch()
        try Journal(scratch.settings).commit { $0.orders = [order(to: place)] }
        let update = "UPDATE orders SET delivery_latitude = 1.5"
        #expect(try run("/usr/bin/env", ["sqlite3", scratch.path, update]).status != 0)
    }

    @Test("the key is made once, for its owner only, and can be renewed without losing a place")
    func keyFile() throws {
        let scratch = try Scratch()
        let path = scratch.settings.placeKeyPath
        try Journal(scratch.settings).commit { $0.orders = [order(1, to: place)] }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let first = try String(contentsOfFile: path, encoding: .utf8)
        #expect(try PlaceKeyFile.renew(path) == 2)
        #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix(first))
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.orders = [order(2, to: place)] }
            #expect(try restored(journal) == place)
            #expect(try sqlite3(scratch.path, "SELECT count(DISTINCT key) FROM places") == ["2"])
        }
        #expect(try readPlace(scratch) == .known(place))
        #expect(try readPlace(scratch, 2) == .known(place))
    }

    @Test("a key that is lost costs the places it sealed, no reading and no order")
    func lostKey() throws {
        let scratch = try Scratch()
        let path = scratch.settings.placeKeyPath
        try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.orders = [order(1, to: place)]
        }
        let first = try String(contentsOfFile: path, encoding: .utf8)
        try FileManager.default.removeItem(atPath: path)
        let lost = try #require(
            try sqlite3(scratch.path, "SELECT key FROM places").first.flatMap { Int64($0) })
        #expect(try readPlace(scratch) == .unreadable(.keyIsMissing(lost)))
        do {
            let journal = try Journal(scratch.settings)
            #expect(journal.missingPlaceKeys == [lost] && journal.unreadablePlaces == 1)
            let state = try journal.restore(now: at(2))
            #expect(state.orders.map(\.id) == ["order-1"])
            #expect(try restored(journal) == nil)
            let receipt = try journal.commit { batch in
                batch.readings = [reading(at: 10)]
                // It is not forgotten by a change of the order; a new order is sealed anew.
                batch.orders = [order(1, .preparing, to: nil), order(2, to: moved)]
            }
            #expect(receipt.readings == 1)
            #expect(try prove(scratch.path).findings == [])
        }
        #expect(try readPlace(scratch) == .unreadable(.keyIsMissing(lost)))
        #expect(try readPlace(scratch, 2) == .known(moved))
        // Once its line is put back, all is there.
        let second = try String(contentsOfFile: path, encoding: .utf8)
        try (second + first).write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try restored(try Journal(scratch.settings)) == place)
    }

    @Test(
        "a key file that cannot be used refuses the start, and is left as it is",
        arguments: [
            ("not a key\n", 0o600), ("", 0o600), (String(repeating: "ab", count: 31), 0o600),
            (String(repeating: "ab", count: 33), 0o600),
            (String(repeating: "xy", count: 32), 0o600),
            (String(repeating: "ab", count: 32), 0o640),
            (String(repeating: "ab", count: 32), 0o604),
        ])
    func unusable(text: String, mode: Int) throws {
        let scratch = try Scratch()
        try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.orders = [order(1, to: place)]
        }
        let path = scratch.settings.placeKeyPath
        let good = try String(contentsOfFile: path, encoding: .utf8)
        try text.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let error = #expect(throws: StoreError.self) { try Journal(scratch.settings) }
        #expect(error?.kind == .placeKeys)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        // Who reads the log reads everything else of it.
        #expect(try reader(scratch).order(id: "order-1")?.customer == "customer-1")
        guard case .unreadable(.keysAreUnusable) = try readPlace(scratch) else {
            Issue.record("read with keys that cannot be used")
            return
        }
        try good.write(toFile: path, atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        #expect(
            try Journal(scratch.settings).commit { $0.readings = [reading(at: 1)] }.readings == 1)
    }

    @Test(
        "a sealed place that was altered, or moved to another order, is not believed",
        arguments: [
            "UPDATE places SET sealed = zeroblob(44) WHERE number = 1",
            "UPDATE places SET sealed = x'00' WHERE number = 1",
            "UPDATE places SET sealed = (SELECT sealed FROM places WHERE number = 2) WHERE number = 1",
        ])
    func altered(sql: String) throws {
        let scratch = try Scratch()
        try Journal(scratch.settings).commit {
            $0.orders = [order(1, to: place), order(2, to: moved)]
        }
        _ = try sqlite3(scratch.path, "DROP TRIGGER place_is_final; \(sql)")
        #expect(try readPlace(scratch) == .unreadable(.isAltered))
        #expect(try readPlace(scratch, 2) == .known(moved))
        #expect(try prove(scratch.path).findings.map(\.table) == ["places"])
        #expect(try restored(try Journal(scratch.settings)) == nil)
    }

    @Test("a customer who is erased takes the sealed places along, without any key")
    func erased() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.orders = [order(1, to: place), order(2, to: moved)] }
            try journal.commit { $0.orders = [order(1, .cancelled, to: moved)] }
        }
        try FileManager.default.removeItem(atPath: scratch.settings.placeKeyPath)
        let journal = try Journal(scratch.settings)
        let outcome = try journal.erase(.customer("customer-1"), by: "admin-1", at: at(day))
        guard case .erased = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(try readPlace(scratch) == .unknown)
        #expect(try sqlite3(scratch.path, "SELECT order_number FROM places") == ["2"])
        // A number is not given again.
        try journal.commit { $0.orders = [order(3, to: place)] }
        #expect(try sqlite3(scratch.path, "SELECT max(number) FROM places") == ["4"])
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.purged == 2 + 2)
    }

    @Test("a log of before is sealed when it is opened, with every state that the chain has")
    func carriedOver() throws {
        let scratch = try Scratch()
        try writeStore(
            of: 2, at: scratch.path,
            rows: """
                WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 2600)
                INSERT INTO orders(number, id, food_class, status, delivery_latitude,
                    delivery_longitude, created_at, updated_at)
                    SELECT i, 'order-' || i, 1, 1, 48.137154, 11.576124, 0, 0 FROM n;
                INSERT INTO orders(number, id, food_class, status, created_at, updated_at)
                    VALUES (1, 'order-1', 1, 1, 0, 0);
                """)
        let pattern = patterns(of: place)[1]
        #expect(try contains(pattern, scratch.path))
        do {
            let journal = try Journal(scratch.settings)
            #expect(try restored(journal) == nil)
            #expect(try restored(journal, 2) == place && restored(journal, 2_600) == place)
            let (proof, findings) = try prove(scratch.path)
            #expect(findings == [] && proof.purged == 2_599)
            let left = "SELECT count(*) FROM orders WHERE delivery_latitude IS NOT NULL"
            #expect(try sqlite3(scratch.path, left) == ["0"])
            let purges = try sqlite3(scratch.path, "SELECT policy, sum(count) FROM purges")
            #expect(purges == ["places of delivery are sealed|2599"])
        }
        try expectSealed(scratch, [place])
        // Once is enough.
        let proof = try prove(scratch.path).proof
        _ = try Journal(scratch.settings)
        #expect(try prove(scratch.path).proof == proof)
    }
}
