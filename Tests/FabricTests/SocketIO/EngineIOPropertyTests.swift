import Fabric
import Testing
import Wire

/// Whatever clients do, order holds and nothing breaks.
struct EngineIOPropertyTests {
    @Test("S-1: nothing is lost, doubled or out of order across the upgrade", arguments: 1...40)
    func orderAcrossUpgrade(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var settings = EngineIOSettings()
        settings.pollBytes = 200
        let room = EngineIORoom(settings)
        let (session, sid) = room.open()
        var sent: [String] = []
        var got: [String] = []
        var pending: Exchange?
        let steps = 60
        let changesOver = Int.random(in: 0..<steps, using: &random)
        var socket: ConnectionNumber?
        for step in 0..<steps {
            let text = "event \(step)"
            sent.append(text)
            room.publish([text], to: session)
            if Bool.random(using: &random), socket == nil, pending == nil {
                pending = room.poll(sid)
            }
            if step == changesOver {
                let changed = room.upgrade(sid)
                room.say("2probe", on: changed)
                room.wait(100)
                got += takeEvents(room, &pending)
                room.say("5", on: changed)
                socket = changed
            }
            got += takeEvents(room, &pending)
            if let socket { got += events(room.taken(on: socket)) }
        }
        #expect(got == sent)
        #expect(room.closure(of: session) == nil)
    }

    private func takeEvents(_ room: EngineIORoom, _ pending: inout Exchange?) -> [String] {
        guard let poll = pending, room.status(poll) == 200 else { return [] }
        pending = nil
        return events(room.body(poll).split(separator: "\u{1e}").map(String.init))
    }

    private func events(_ packets: [String]) -> [String] {
        packets.filter { $0.first == "4" }.map { String($0.dropFirst()) }
    }

    private static let fragments = [
        "0", "1", "2", "2probe", "3", "4", "4x", "5", "6", "7", "b", "bAQ==", "b#", "\u{1e}", "é",
        "\u{0}", "42[\"a\"]", "",
    ]

    private static let queries = [
        "", "EIO=4", "EIO=4&transport=polling", "EIO=4&transport=websocket", "EIO=3",
        "EIO=4&transport=polling&sid=__proto__", "EIO=4&transport=polling&sid=%00%ff",
    ]

    @Test("S-1: random requests, messages and ends never break it", arguments: 1...60)
    func random(seed: UInt64) {
        var random = SplitMix64(state: seed)
        var settings = EngineIOSettings()
        settings.sessions = 20
        settings.bufferedBytes = 2000
        let room = EngineIORoom(settings, seed: seed)
        var client = Clients(room: room)
        for _ in 0..<400 {
            client.step(&random)
            if Bool.random(using: &random) { room.settle() }
            #expect(room.engineCount <= 20)
        }
        room.engine.closeAll(now: room.now)
        room.wait(60_000, step: 1000)
        #expect(room.engineCount == 0)
        #expect(room.openedCount == room.closedCount)
    }

    /// Clients that know some identifiers and do anything with them.
    private struct Clients {
        let room: EngineIORoom
        var queries = EngineIOPropertyTests.queries
        var exchanges: [Exchange] = []

        mutating func step(_ random: inout SplitMix64) {
            let fragments = (0..<Int.random(in: 0..<4, using: &random)).compactMap { _ in
                EngineIOPropertyTests.fragments.randomElement(using: &random)
            }
            let text = fragments.joined()
            switch Int.random(in: 0..<10, using: &random) {
            case 0...3: request(text, &random)
            case 4...5:
                guard let socket = socket(&random) else { return }
                room.engine.receive(text: Array(text.utf8)[...], on: socket, now: room.now)
            case 6:
                guard let socket = socket(&random) else { return }
                room.engine.receive(binary: Array(text.utf8)[...], on: socket, now: room.now)
            case 7:
                guard let exchange = exchanges.randomElement(using: &random) else { return }
                room.engine.abandon(exchange)
                room.engine.socketClosed(exchange.connection)
            case 8: room.wait(Int64.random(in: 1..<5000, using: &random), step: 1000)
            default:
                guard let session = room.anySession(&random) else { return }
                room.engine.send([.text(text), .binary([1])], to: session)
                room.engine.noteEvents(for: session)
                if text.isEmpty { room.engine.close(session, now: room.now) }
            }
        }

        private func socket(_ random: inout SplitMix64) -> ConnectionNumber? {
            exchanges.randomElement(using: &random)?.connection
        }

        private mutating func request(_ body: String, _ random: inout SplitMix64) {
            if let sid = room.anySecret(&random), Bool.random(using: &random) {
                queries.append("EIO=4&transport=polling&sid=\(sid)")
                queries.append("EIO=4&transport=websocket&sid=\(sid)")
            }
            let methods: [EngineIORequest.Method] = [.get, .get, .post, .post, .options, .other]
            let method = methods.randomElement(using: &random) ?? .get
            let request = room.request(
                method, queries.randomElement(using: &random) ?? "",
                isUpgrade: method == .get && Bool.random(using: &random))
            room.give(request, body: body)
            exchanges.append(request.exchange)
        }
    }
}

extension EngineIORoom {
    fileprivate var engineCount: Int { engine.sessionCount }

    fileprivate var openedCount: Int {
        events.count { if case .opened = $0 { true } else { false } }
    }

    fileprivate var closedCount: Int {
        events.count { if case .closed = $0 { true } else { false } }
    }

    fileprivate func anySession(_ random: inout SplitMix64) -> ConnectionNumber? {
        let opened = events.compactMap { event in
            if case .opened(let session, _) = event { session } else { nil }
        }
        return opened.randomElement(using: &random)
    }

    fileprivate func anySecret(_ random: inout SplitMix64) -> String? {
        let openings = answers.values.map { String(decoding: $0.body, as: UTF8.self) }
            .filter { $0.hasPrefix("0") }.sorted()
        return openings.randomElement(using: &random).map { Self.sid(in: $0) }
    }
}
