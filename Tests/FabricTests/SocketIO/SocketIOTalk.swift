import Fabric
import Wire

/// A session with a client that speaks to it in texts.
struct Talk {
    var session: SocketIOSession
    var now: Int64 = 1_000_000
    private var effects = SocketIOEffects()

    init(limits: SocketIOLimits = SocketIOLimits()) {
        session = SocketIOSession(limits: limits, now: now)
    }

    /// Takes what the session wants done since the last time.
    mutating func take() -> SocketIOEffects {
        session.takeEffects(into: &effects)
        return effects
    }

    mutating func say(_ text: String) -> SocketIOEffects {
        session.receive(text: Array(text.utf8)[...], now: now) { JSONReading.value(of: $0) }
        return take()
    }

    mutating func say(_ bytes: [UInt8]) -> SocketIOEffects {
        session.receive(binary: bytes)
        return take()
    }

    mutating func wait(_ milliseconds: Int64) -> SocketIOEffects {
        now += milliseconds
        session.tick(now: now)
        return take()
    }

    mutating func join(_ namespace: String = "/") {
        _ = say(namespace == "/" ? "0" : "0\(namespace),")
        session.accept(namespace, sid: "s1")
        _ = take()
    }
}

extension SocketIOEffects {
    var texts: [String] {
        messages.map { message in
            switch message {
            case .text(let text): String(decoding: text, as: UTF8.self)
            case .binary(let bytes): "<\(hexadecimal(bytes))>"
            }
        }
    }
}
