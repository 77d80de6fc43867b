import ColdChain
import Fabric
import Testing
import Wire

/// What webhooks say and when they are tried again (Q-11).
struct WebhookTests {
    private func text(_ bytes: [UInt8]?) -> String? {
        bytes.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The whole body of an event, as the bridge puts it together.
    private func body(of event: Event, sequence: UInt64 = 7) -> [UInt8]? {
        guard let name = WebhookEvent(event),
            let data = data(of: event, sequence: sequence)
        else { return nil }
        return WebhookText.body(
            event: name.rawValue, occurredAt: event.occurredAt, data: data)
    }

    private func data(of event: Event, sequence: UInt64) -> [UInt8]? {
        event.recordData().map { WebhookText.numbered($0, sequence) }
    }

    @Test("Q-11: order.delivered has the seed's body, dated by the hand-over")
    func delivered() {
        var order = Sample.order("order_123", .delivered)
        order.deliveredAt = Sample.at.advanced(byMilliseconds: -60_000)
        #expect(
            text(body(of: Sample.change(order, from: .inTransit)))
                == #"{"event":"order.delivered","timestamp":"2026-01-02T03:03:05.678Z","#
                + #""data":{"sequence":7,"orderId":"order_123","status":"delivered","#
                + #""previousStatus":"in_transit","deliveryTime":"2026-01-02T03:03:05.678Z"}}"#)
        order.deliveredAt = nil
        #expect(
            text(data(of: Sample.change(order, from: nil), sequence: 8))
                == #"{"sequence":8,"orderId":"order_123","status":"delivered"}"#)
    }

    @Test("Q-11: order.temperature_alert says the same as the WebSocket message")
    func alert() {
        let room = Room()
        let client = room.connect(1)
        room.follow(client, Channel(.bag, "B1"))
        room.publish(Sample.alert())
        let data = data(of: Sample.alert(.opened), sequence: 7)
            .flatMap { JSONReading.value(of: $0) }
        let told = room.messages(to: client).first?["payload"]?.members
        #expect(data?.members?.dropFirst().elementsEqual(told ?? []) == true)
        #expect(data?["sequence"] == 7)
        let body = body(of: Sample.alert()).flatMap { JSONReading.value(of: $0) }
        #expect(body?["event"] == "order.temperature_alert")
        #expect(body?["timestamp"] == .string(Room.startText))
        #expect(body?["data"] == data)
        #expect(body?.members?.count == 3)
    }

    @Test("a silent sensor is told of by webhook and by WebSocket alike, an unknown one as null")
    func silence() {
        let room = Room()
        let client = room.connect(1)
        room.follow(client, Channel(.bag, "B1"))
        for event in [Sample.silence(), Sample.silence(isBack: true)] {
            room.publish(event)
            let message = room.messages(to: client).first
            let data = data(of: event, sequence: 7)
            let read = data.flatMap { JSONReading.value(of: $0) }
            #expect(
                read?.members?.dropFirst().elementsEqual(message?["payload"]?.members ?? []) == true
            )
        }
        #expect(
            text(data(of: Sample.silence(), sequence: 7))
                == #"{"sequence":7,"orderId":"O1","bagId":"B1","deviceId":null,"probe":null,"#
                + #""lastHeard":null,"silentSince":"2026-01-02T03:03:05.678Z","notice":2,"#
                + #""returnedAt":null}"#)
        #expect(
            text(data(of: Sample.silence(isBack: true), sequence: 7))
                == #"{"sequence":7,"orderId":"O1","bagId":"B1","deviceId":"D1","probe":1,"#
                + #""lastHeard":"2026-01-02T03:02:05.678Z","#
                + #""silentSince":"2026-01-02T03:03:05.678Z","notice":2,"#
                + #""returnedAt":"2026-01-02T03:04:05.678Z"}"#)
    }

    @Test(
        "Q-11: events have the catalogue's names",
        arguments: [
            (Sample.change(Sample.order("O", .created), from: nil), "order.created"),
            (Sample.change(Sample.order("O", .confirmed)), "order.confirmed"),
            (Sample.change(Sample.order("O", .preparing)), "order.preparing"),
            (Sample.change(Sample.order("O", .ready), from: .preparing), "order.ready"),
            (Sample.change(Sample.order("O", .pickedUp)), "order.picked_up"),
            (Sample.change(Sample.order("O", .inTransit)), "order.in_transit"),
            (Sample.change(Sample.order("O", .delivered)), "order.delivered"),
            (Sample.change(Sample.order("O", .cancelled)), "order.cancelled"),
            (Sample.alert(.opened), "order.temperature_alert"),
            (Sample.alert(.closed), "order.temperature_alert"),
            (Sample.silence(), "sensor.silent"), (Sample.silence(isBack: true), "sensor.returned"),
            (Sample.change(Sample.order("O", .ready), from: .ready), nil),
            (Sample.temperature(60), nil), (Sample.location(40), nil),
        ] as [(Event, String?)])
    func names(event: Event, name: String?) {
        #expect(WebhookEvent(event)?.rawValue == name)
        let body = body(of: event).flatMap { JSONReading.value(of: $0) }
        #expect(body?["event"]?.string == name)
    }
}

struct RetryScheduleTests {
    private let half = UInt64(1) << 63

    @Test("the delays are those of Standard Webhooks: 75 hours in ten attempts")
    func standardDelays() {
        let delays = (1...9).map { attempt in
            RetrySchedule().verdict(on: .unanswered, attempt: attempt, random: half)
        }
        let seconds: [Int64] = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
        #expect(delays == seconds.map { .retry(after: $0 * 1000) })
        #expect(RetrySchedule.standardDelays.reduce(0, +) == 272_105_000)
        #expect(
            RetrySchedule().verdict(on: .unanswered, attempt: 10, random: half) == .abandoned)
    }

    @Test(
        "which answers are final",
        arguments: [
            (200, RetrySchedule.Verdict.delivered), (204, .delivered), (299, .delivered),
            (410, .endpointGone), (100, .retry(after: 5000)), (199, .retry(after: 5000)),
            (301, .retry(after: 5000)), (400, .retry(after: 5000)), (404, .retry(after: 5000)),
            (429, .retry(after: 5000)), (500, .retry(after: 5000)), (503, .retry(after: 5000)),
            (0, .retry(after: 5000)), (-1, .retry(after: 5000)),
        ])
    func finals(status: Int, verdict: RetrySchedule.Verdict) {
        let result = RetrySchedule.Result.answered(status: status, retryAfter: nil)
        #expect(RetrySchedule().verdict(on: result, attempt: 1, random: half) == verdict)
    }

    @Test(
        "jitter stays within a fifth of the delay",
        arguments: [
            (UInt64.min, Int64(4000)), (1 << 62, 4500), (1 << 63, 5000), (3 << 62, 5500),
            (.max, 6000),
        ])
    func jitter(random: UInt64, delay: Int64) {
        #expect(
            RetrySchedule().verdict(on: .unanswered, attempt: 1, random: random)
                == .retry(after: delay))
    }

    @Test("Retry-After is kept between the delay and twice the delay, never cut short below it")
    func retryAfter() {
        let schedule = RetrySchedule()
        for (asked, range) in [
            (Int64(0), Int64(4000)...6000), (-5, 4000...6000), (5000, 4000...6000),
            (6000, 6000...7200), (9500, 9500...10_000), (10_000, 10_000...10_000),
            (3_600_000, 10_000...10_000), (.max, 10_000...10_000), (.min, 4000...6000),
        ] {
            for random in [0, half, .max] {
                let result = RetrySchedule.Result.answered(status: 503, retryAfter: asked)
                let verdict = schedule.verdict(on: result, attempt: 1, random: random)
                guard case .retry(let delay) = verdict else {
                    Issue.record("\(verdict)")
                    continue
                }
                #expect(range.contains(delay), "asked \(asked), got \(delay)")
            }
        }
    }

    @Test(
        "nonsense in the settings or the attempt does no harm",
        arguments: [
            ([], 1, RetrySchedule.Verdict.abandoned), ([1000], 0, .abandoned),
            ([1000], -1, .abandoned), ([1000], .max, .abandoned), ([-1], 1, .retry(after: 0)),
            ([.max], 1, .retry(after: .max)),
        ] as [([Int64], Int, RetrySchedule.Verdict)])
    func nonsense(delays: [Int64], attempt: Int, verdict: RetrySchedule.Verdict) {
        for jitter in [Double.nan, -1, 0] {
            let schedule = RetrySchedule(delays: delays, jitter: jitter)
            #expect(schedule.verdict(on: .unanswered, attempt: attempt, random: half) == verdict)
        }
    }
}
