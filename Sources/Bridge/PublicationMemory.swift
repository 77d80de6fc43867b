import Fabric

/// By what a published message is known when it comes again.
package struct PublicationMark: Hashable, Sendable {
    /// The publisher's identifier, as the token says it.
    package var publisher: String
    /// The publisher's name for the message.
    package var message: String

    package init(publisher: String, message: String) {
        self.publisher = publisher
        self.message = message
    }

    init(_ publication: Publication) {
        self.init(publisher: publication.publisher.subject, message: publication.id)
    }
}

/// A message that was published, as the journal keeps it for as long as it may be told again.
package struct PublicationRecord: Equatable, Sendable {
    package var mark: PublicationMark
    /// The number that it was told under.
    package var number: UInt64

    package init(mark: PublicationMark, number: UInt64) {
        self.mark = mark
        self.number = number
    }
}

/// The messages published last, so that one that comes again is not told again.
struct PublicationMemory: Sendable {
    private var numbers: [PublicationMark: UInt64?] = [:]
    /// In the order of their coming; `oldest` is the place that is given up next.
    private var marks: [PublicationMark] = []
    private var oldest = 0
    private let capacity: Int

    init(capacity: Int, restored: [PublicationRecord]) {
        self.capacity = max(capacity, 1)
        for record in restored.suffix(self.capacity) { note(record.mark, record.number) }
    }

    var count: Int { numbers.count }

    /// What the message was told under, where it is known: nil inside for one that is not kept.
    func number(of mark: PublicationMark) -> UInt64?? { numbers[mark] }

    mutating func note(_ mark: PublicationMark, _ number: UInt64?) {
        guard numbers.updateValue(number, forKey: mark) == nil else { return }
        if marks.count < capacity {
            marks.append(mark)
            return
        }
        numbers[marks[oldest]] = nil
        marks[oldest] = mark
        oldest = (oldest + 1) % capacity
    }
}

/// How many positions each user has told of in the hour that began with the first of them (W-15).
struct PositionAllowance: Sendable {
    private struct Hour {
        var began: Int64
        var count = 0
    }

    private static let hour: Int64 = 3_600_000
    private var hours: [String: Hour] = [:]

    /// - Returns: False where the user has told of as many as are allowed.
    mutating func take(_ user: String, limit: Int, at now: Int64) -> Bool {
        var hour = hours[user] ?? Hour(began: now)
        let age = now - hour.began
        // A clock that was set back begins anew, too.
        if age >= Self.hour || age < 0 { hour = Hour(began: now) }
        guard hour.count < limit else { return false }
        hour.count += 1
        hours[user] = hour
        return true
    }

    mutating func forget(at now: Int64) {
        hours = hours.filter { (0..<Self.hour).contains(now - $0.value.began) }
    }
}
