import ColdChain
import Testing

@Suite("What hand-overs add to what a log says")
struct CheckpointAnswerTests {
    private static func checkpoint(
        _ kind: Checkpoint.Kind, danger: Double?, site: Checkpoint.Site? = nil
    ) -> Checkpoint {
        var finding = Checkpoint.Finding(kind: kind)
        finding.priorDangerMinutes = danger
        finding.temperature = site.map { Checkpoint.Temperature(site: $0, celsius: 4) }
        return Checkpoint(
            number: 1, order: OrderNumber(1), at: Case.at(1), recordedAt: Case.at(1),
            recordedBy: "s", finding: finding)
    }

    @Test("Only a temperature of the core is one of the food")
    func core() {
        #expect(Self.checkpoint(.pickup, danger: nil, site: .surface).core == nil)
        #expect(Self.checkpoint(.pickup, danger: nil).core == nil)
        #expect(Self.checkpoint(.pickup, danger: nil, site: .core).core?.isAtDelivery == false)
        #expect(Self.checkpoint(.delivery, danger: nil, site: .core).core?.isAtDelivery == true)
    }

    @Test("Prior time in danger is unknown unless it is told, and the newest word at pickup counts")
    func opening() {
        #expect([Checkpoint]().opening == .unknown)
        #expect([Self.checkpoint(.pickup, danger: nil)].opening == .unknown)
        let told = [
            Self.checkpoint(.pickup, danger: 10), Self.checkpoint(.pickup, danger: 20),
            Self.checkpoint(.handOver, danger: 90),
        ]
        #expect(told.opening == .known(microseconds: 1_200_000_000))
    }

    @Test("A bag's last reading is the newest usable one that is not later")
    func lastReading() throws {
        var first = Case.channel(0...5) { Double($0) }
        first.readings += [Case.reading(5.5, 99, .bad), Case.reading(5.6, nil)]
        let stretches = [
            Case.stretch(0, 20, [first]),
            Case.stretch(0, 20, bag: "b", [Case.channel(0...9, device: "e") { 10 + Double($0) }]),
        ]
        let found = try #require(stretches.lastReading(ofBag: "a", at: Case.at(7)))
        #expect(found.temperature.measuredAt == Case.at(5) && found.temperature.celsius == 5)
        #expect(stretches.lastReading(ofBag: nil, at: Case.at(7))?.temperature.celsius == 17)
        #expect(stretches.lastReading(ofBag: nil, at: Case.at(3))?.device == "d")
        #expect(stretches.lastReading(ofBag: "a", at: Case.at(-1)) == nil)
        #expect(stretches.lastReading(ofBag: "c", at: Case.at(7)) == nil)
    }
}
