/// Who is in which rooms, by the private name of each session, and for a while who was: so that a
/// client that comes back need not ask for its rooms again.
struct SocketIOMemberships {
    struct Membership {
        var connection: ConnectionNumber
        var subject: String
        /// The client's public name.
        var sid: String
        var rooms: [String]
        /// When it was lost; nil while it lives.
        var leftAt: Int64?
    }

    /// How long a lost session may be recovered, in milliseconds: as long as the reference server's.
    static let recoveryTime: Int64 = 120_000
    /// Lost sessions that are remembered; beyond it those lost first are forgotten.
    private static let remembered = 10_000

    private var memberships: [String: Membership] = [:]
    private var sessions: [ConnectionNumber: String] = [:]
    /// In the order in which they were lost. A session that is recovered stands here on.
    private var lost: [(session: String, at: Int64)] = []

    mutating func add(_ membership: Membership, session: String) {
        memberships[session] = membership
        sessions[membership.connection] = session
    }

    /// What is known of a session of a user, lost or not, which is then forgotten.
    mutating func take(_ session: String, of subject: String, now: Int64) -> Membership? {
        forget(now: now)
        guard let membership = memberships[session], membership.subject == subject,
            membership.leftAt.map({ now - $0 < Self.recoveryTime }) ?? true
        else { return nil }
        memberships[session] = nil
        sessions[membership.connection] = nil
        return membership
    }

    mutating func enter(_ room: String, _ connection: ConnectionNumber) {
        guard let session = sessions[connection] else { return }
        guard memberships[session]?.rooms.contains(room) == false else { return }
        memberships[session]?.rooms.append(room)
    }

    /// - Returns: Whether the client was in the room.
    @discardableResult
    mutating func leave(_ room: String, _ connection: ConnectionNumber) -> Bool {
        guard let session = sessions[connection],
            let place = memberships[session]?.rooms.firstIndex(of: room)
        else { return false }
        memberships[session]?.rooms.remove(at: place)
        return true
    }

    /// The connection has ended.
    mutating func lose(_ connection: ConnectionNumber, isRecoverable: Bool, now: Int64) {
        guard let session = sessions.removeValue(forKey: connection) else { return }
        guard isRecoverable else {
            memberships[session] = nil
            return
        }
        memberships[session]?.leftAt = now
        lost.append((session, now))
        forget(now: now)
    }

    private mutating func forget(now: Int64) {
        let surplus = lost.count - Self.remembered
        var count = 0
        while count < lost.count, count < surplus || now - lost[count].at >= Self.recoveryTime {
            let session = lost[count].session
            // It may have been recovered since, and lost again.
            if memberships[session]?.leftAt == lost[count].at { memberships[session] = nil }
            count += 1
        }
        lost.removeFirst(count)
    }
}
