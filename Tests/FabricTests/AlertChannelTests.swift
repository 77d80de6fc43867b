import ColdChain
import Fabric
import Testing

@Suite("Alerts on the fabric")
struct AlertChannelTests {
    private func update(restaurant: String? = nil, cafe: String? = nil) -> Event {
        .alertUpdate(
            AlertUpdate(
                change: .raised,
                alert: Alert(
                    number: 7, kind: .excursion(3),
                    subject: AlertSubject(
                        order: AlertOrder(
                            number: OrderNumber(1), id: "o-1", restaurant: restaurant, cafe: cafe),
                        bag: "bag-1", device: "d-1"),
                    raisedAt: Timestamp(milliseconds: 0), evidence: nil, isStanding: true,
                    reviewDue: nil), by: nil, at: Timestamp(milliseconds: 5_000)))
    }

    struct Case: Sendable {
        var role: Role
        var site: String?
        var channel: Channel
        var mayFollow: Bool
    }

    static let cases = [
        Case(role: .staff, channel: Channel(.alerts, "all"), mayFollow: true),
        Case(role: .foodSafety, channel: Channel(.alerts, "r-1"), mayFollow: true),
        Case(role: .administrator, channel: Channel(.alerts, "all"), mayFollow: true),
        Case(role: .merchant, site: "r-1", channel: Channel(.alerts, "r-1"), mayFollow: true),
        Case(role: .merchant, site: "r-1", channel: Channel(.alerts, "r-2"), mayFollow: false),
        Case(role: .merchant, site: "r-1", channel: Channel(.alerts, "all"), mayFollow: false),
        // A site that is called as the channel of all sites.
        Case(role: .merchant, site: "all", channel: Channel(.alerts, "all"), mayFollow: false),
        Case(role: .merchant, channel: Channel(.alerts, "r-1"), mayFollow: false),
        Case(role: .customer, channel: Channel(.alerts, "all"), mayFollow: false),
        Case(role: .driver, channel: Channel(.alerts, "all"), mayFollow: false),
    ]

    @Test(
        "W-16: staff follow all alerts, a merchant those of its own site, others none",
        arguments: cases)
    func access(_ test: Case) {
        let room = Room()
        let client = room.connect(1, test.role, site: test.site)
        room.subscribe(client, test.channel)
        room.publish(update(restaurant: "r-1"))
        let texts = room.texts(to: client)
        #expect(texts.contains { $0.contains("subscribe_ack") } == test.mayFollow)
        #expect(texts.contains { $0.contains("ACCESS_DENIED") } == !test.mayFollow)
        #expect(texts.count { $0.contains("\"alert_update\"") } == (test.mayFollow ? 1 : 0))
    }
}
