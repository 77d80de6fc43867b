import ColdChain
import Testing
import Wire

@testable import Bridge

@Suite("How calibrations are written")
struct CalibrationTextTests {
    private static let sound: [JSON.Member] = [
        .init("madeAt", "2026-11-01T09:00:00Z"), .init("dueAt", "2027-11-01T09:00:00Z"),
        .init("method", "comparison in a stirred bath"), .init("reference", "thermometer 7"),
        .init("points", [["reference": 0, "indicated": 0.5], ["reference": 60, "error": 1]]),
        .init("uncertainty", ["expanded": 0.2, "coverageFactor": 2]),
    ]

    private static func fields(_ body: JSON) throws -> CalibrationFields {
        let command = try CommandText.calibration(body, device: "d", enteredBy: "s")
        guard case .enterCalibration("d", let fields) = command else {
            Issue.record("\(command)")
            throw CommandRefusal.unknownDevice("d")
        }
        return fields
    }

    @Test("everything that can be said is understood")
    func everything() throws {
        let fields = try Self.fields(
            .object(
                Self.sound + [
                    .init("quantity", "temperature"), .init("probe", 2), .init("supersedes", 3),
                    .init("reason", "point 2 was mistyped"), .init("laboratory", "Lab"),
                    .init("certificate", "K-1"),
                ]))
        #expect(fields.quantity == .temperature && fields.probe == 2 && fields.enteredBy == "s")
        #expect(fields.supersedes == CalibrationNumber(3))
        #expect(fields.reason == "point 2 was mistyped")
        let calibration = try #require(fields.calibration)
        #expect(calibration.madeAt == Timestamp(milliseconds: 1_793_523_600_000))
        #expect(calibration.laboratory == "Lab" && calibration.certificate == "K-1")
        #expect(calibration.table.points.map(\.indicated) == [0.5, 61])
        #expect(calibration.uncertainty.standard == 0.1)
        let bare = try Self.fields(.object(Self.sound))
        #expect(bare.quantity == nil && bare.probe == nil && bare.supersedes == nil)
    }

    @Test("with a number and a reason only, one is taken back")
    func takenBack() throws {
        let fields = try Self.fields(["supersedes": 3, "reason": "another device"])
        #expect(fields.calibration == nil && fields.supersedes == CalibrationNumber(3))
    }

    @Test(
        "what is not understood is refused by name",
        arguments: [
            ("points", nil, "points"), ("madeAt", nil, "madeAt"), ("dueAt", nil, "dueAt"),
            ("method", nil, "method"), ("reference", nil, "reference"),
            ("uncertainty", nil, "uncertainty"), ("madeAt", "noon", "madeAt"),
            ("points", [], "points"), ("points", 5, "points"), ("points", [4], "points"),
            ("points", [["reference": 0]], "points"),
            ("points", [["reference": 0, "indicated": 1, "error": 1]], "points"),
            ("points", [["reference": "0", "indicated": 1]], "points"),
            ("points", [["reference": 0, "indicated": 9]], "points"),
            (
                "points",
                [["reference": 9, "indicated": 9], ["reference": 0, "indicated": 0]], "points"
            ),
            ("points", [["reference": 0, "error": 0], ["reference": 0, "error": 0]], "points"),
            ("uncertainty", ["expanded": 0, "coverageFactor": 2], "uncertainty"),
            ("uncertainty", ["expanded": 0.2], "uncertainty"), ("uncertainty", 0.2, "uncertainty"),
            ("method", "", "method"), ("method", "a\u{1}", "method"), ("probe", 256, "probe"),
            ("probe", -1, "probe"), ("probe", 0.5, "probe"), ("quantity", "warmth", "quantity"),
            ("supersedes", 1, "reason"), ("supersedes", "1", "supersedes"),
            ("reason", "because", "supersedes"), ("owner", "x", "owner"),
        ] as [(String, JSON?, String)])
    func refused(member: String, value: JSON?, field: String) {
        var members = Self.sound.filter { $0.name != member }
        if let value { members.append(.init(member, value)) }
        do {
            _ = try Self.fields(.object(members))
            Issue.record("nothing was refused")
        } catch {
            guard case .invalid(let named, let reason)? = error as? CommandRefusal else {
                Issue.record("\(error)")
                return
            }
            #expect(named == field && !reason.isEmpty)
        }
    }

    @Test("a member that stands there twice is refused, and so is what is no object")
    func shape() {
        for body in [JSON.object(Self.sound + Self.sound), [], [:], ["reason": "x"]] as [JSON] {
            #expect(throws: CommandRefusal.self) { try Self.fields(body) }
        }
    }
}
