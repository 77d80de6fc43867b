/// Who still has to confirm what.
///
/// A message is owed by the user, not by a connection: one who has two devices confirms it on either,
/// and one who was cut off and comes back owes what was owed before. Time comes in as values.
struct ConfirmationBook {
    /// A message that was told to a user.
    struct Entry {
        let record: RecordText
        let number: UInt64
        /// How often it was told, or would have been had the user been there.
        var told: Int
        let toldAt: Int64
        /// When something is next to be done about it.
        var dueAt: Int64
        /// Kept for a while, because an acceptance may still come, and to be skipped by a recovery.
        var isConfirmed = false
    }

    /// What is to be done, now that time has gone by.
    enum Due {
        case tellAgain(user: String, Entry)
        case unconfirmed(user: String, Entry)
    }

    /// How long a confirmed message is known, in milliseconds: as long as a session may be recovered.
    static let memory: Int64 = SocketIOMemberships.recoveryTime

    private struct Key: Hashable {
        let user: String
        let number: UInt64
    }

    /// Width of the slots that deadlines are sorted into, in milliseconds.
    private static let slot: Int64 = 100

    let settings: ConfirmationSettings
    /// In the order of their numbers.
    private var entries: [String: [Entry]] = [:]
    private var slots: [Int64: [Key]] = [:]
    private(set) var count = 0
    /// How many are not confirmed.
    private(set) var owed = 0
    /// Those that were given up for want of room, to be reported with the next that are due.
    private var surplus: [Due] = []

    init(_ settings: ConfirmationSettings) {
        self.settings = settings
    }

    /// A message goes out to a user.
    ///
    /// - Parameter isResumed: Whether the user has come back, and is told what was told before: then it
    ///   counts as one more telling, and no other follows until a wait has gone by.
    /// - Returns: False where it is not kept, for want of room.
    @discardableResult
    mutating func told(
        _ record: RecordText, _ number: UInt64, to user: String, isResumed: Bool, now: Int64
    ) -> Bool {
        if let place = place(of: number, user) {
            guard isResumed, entries[user]?[place].isConfirmed == false else { return true }
            let told = (entries[user]?[place].told ?? 0) + 1
            postpone(user, place, told: told, now: now)
            return true
        }
        makeRoom(for: user)
        guard count < settings.maximum else { return false }
        let entry = Entry(
            record: record, number: number, told: 1, toldAt: now,
            dueAt: now + settings.wait(told: 1))
        let index = entries[user]?.firstIndex { $0.number > number }
        entries[user, default: []].insert(entry, at: index ?? entries[user]?.count ?? 0)
        count += 1
        owed += 1
        schedule(user, entry)
        return true
    }

    /// A user has confirmed a message.
    ///
    /// - Parameter isRemembered: Whether an acceptance may still come, or a session be recovered that
    ///   cannot name the message as the last it got.
    /// - Returns: How long that took, in milliseconds; nil where nothing was owed.
    mutating func confirm(
        _ number: UInt64, by user: String, isRemembered: Bool, now: Int64
    ) -> Int64? {
        guard let place = place(of: number, user), let entry = entries[user]?[place],
            !entry.isConfirmed
        else { return nil }
        guard isRemembered else {
            remove(user, place)
            return max(now - entry.toldAt, 0)
        }
        entries[user]?[place].isConfirmed = true
        entries[user]?[place].dueAt = now + Self.memory
        owed -= 1
        schedule(user, entries[user]?[place])
        return max(now - entry.toldAt, 0)
    }

    /// What a user was told and may still answer, confirmed or not.
    func entry(of user: String, where isMeant: (UInt64) -> Bool) -> Entry? {
        entries[user]?.first { isMeant($0.number) }
    }

    func isConfirmed(_ number: UInt64, by user: String) -> Bool {
        place(of: number, user).map { entries[user]?[$0].isConfirmed == true } ?? false
    }

    /// What is due by now, the earliest first. What is to be told again counts as told.
    mutating func takeDue(now: Int64) -> [Due] {
        var due = surplus
        surplus = []
        for slot in slots.keys.filter({ $0 <= now / Self.slot }).sorted() {
            for key in slots.removeValue(forKey: slot) ?? [] {
                guard let place = place(of: key.number, key.user),
                    let entry = entries[key.user]?[place]
                else { continue }
                // It may have been put off since: then it stands in a later slot, too.
                guard entry.dueAt <= now else { continue }
                if entry.isConfirmed {
                    remove(key.user, place)
                } else if entry.told > settings.repeats {
                    due.append(.unconfirmed(user: key.user, entry))
                    remove(key.user, place)
                } else {
                    postpone(key.user, place, told: entry.told + 1, now: now)
                    due.append(.tellAgain(user: key.user, entry))
                }
            }
        }
        return due
    }

    // MARK: Keeping

    private func place(of number: UInt64, _ user: String) -> Int? {
        entries[user]?.firstIndex { $0.number == number }
    }

    private mutating func postpone(_ user: String, _ place: Int, told: Int, now: Int64) {
        entries[user]?[place].told = told
        entries[user]?[place].dueAt = now + settings.wait(told: told)
        schedule(user, entries[user]?[place])
    }

    private mutating func schedule(_ user: String, _ entry: Entry?) {
        guard let entry else { return }
        // Never into a slot that is looked at now: that would be looked at for ever.
        slots[entry.dueAt / Self.slot + 1, default: []].append(
            Key(user: user, number: entry.number))
    }

    /// Gives up a user's oldest: rather one that is confirmed.
    private mutating func makeRoom(for user: String) {
        guard let all = entries[user], all.count >= max(settings.perUser, 1) else { return }
        let place = all.firstIndex(where: \.isConfirmed) ?? 0
        if !all[place].isConfirmed { surplus.append(.unconfirmed(user: user, all[place])) }
        remove(user, place)
    }

    private mutating func remove(_ user: String, _ place: Int) {
        guard let entry = entries[user]?.remove(at: place) else { return }
        if entries[user]?.isEmpty == true { entries[user] = nil }
        count -= 1
        if !entry.isConfirmed { owed -= 1 }
    }
}
