/// One client's side of the Socket.IO protocol, above its Engine.IO session: the namespaces it is
/// in, and what waits to be acknowledged or completed.
///
/// Whatever breaks the protocol ends the session: `SocketIOEffects.closes`.
package struct SocketIOSession: Sendable {
    enum Membership {
        /// The host has not answered yet.
        case asked
        case joined
    }

    struct Confirmation {
        let namespace: String
        let deadline: Int64
    }

    package let limits: SocketIOLimits
    var namespaces: [String: Membership] = [:]
    /// By when a namespace must be joined; nil once one was.
    var joinBy: Int64?
    var assembly: BinaryAssembly?
    /// Events that the client is to acknowledge, by number.
    var confirmations: [UInt64: Confirmation] = [:]
    var nextAcknowledgement: UInt64 = 0
    var effects = SocketIOEffects()
    package internal(set) var hasEnded = false

    package init(limits: SocketIOLimits, now: Int64) {
        self.limits = limits
        joinBy = now + limits.connectTimeout
    }

    package mutating func takeEffects(into effects: inout SocketIOEffects) {
        effects.removeAll()
        swap(&effects, &self.effects)
    }

    package func isJoined(_ namespace: String) -> Bool { namespaces[namespace] == .joined }

    /// The Engine.IO session has ended.
    package mutating func end() {
        guard !hasEnded else { return }
        hasEnded = true
        joinBy = nil
        assembly = nil
        for namespace in namespaces.keys.sorted() where isJoined(namespace) {
            leave(namespace, .withSession)
        }
        namespaces = [:]
    }

    /// Ends the session because the client broke the protocol or ran out of time.
    mutating func fail() {
        end()
        effects.closes = true
    }

    mutating func leave(_ namespace: String, _ departure: Departure) {
        namespaces[namespace] = nil
        giveUpConfirmations { $0.namespace == namespace }
        effects.events.append(.left(namespace: namespace, departure))
    }

    /// Whether time may bring something: `tick` is to be called.
    package var isTimed: Bool { joinBy != nil || assembly != nil || !confirmations.isEmpty }

    /// Ends what ran out of time.
    package mutating func tick(now: Int64) {
        giveUpConfirmations { now >= $0.deadline }
        let isLate = joinBy.map { now >= $0 } == true
        let isIncomplete = assembly.map { now >= $0.deadline } == true
        if isLate || isIncomplete { fail() }
    }

    mutating func giveUpConfirmations(where isGivenUp: (Confirmation) -> Bool) {
        guard !confirmations.isEmpty else { return }
        let numbers = confirmations.filter { isGivenUp($0.value) }.keys.sorted()
        for number in numbers {
            confirmations[number] = nil
            effects.events.append(.unacknowledged(number))
        }
    }
}
