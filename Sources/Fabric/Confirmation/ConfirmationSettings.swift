/// How long critical messages wait for a confirmation. Times are milliseconds.
package struct ConfirmationSettings: Equatable, Sendable {
    /// From the first time that a message is told to the second; each further wait is twice as long.
    package var firstRepeat: Int64 = 5_000
    package var longestRepeat: Int64 = 60_000
    /// How often a message is told again.
    package var repeats = 3
    /// Messages of one user that are kept, and of all users.
    package var perUser = 100
    package var maximum = 100_000

    package init() {}

    /// How long a message waits that was told so often.
    func wait(told: Int) -> Int64 {
        var wait = max(firstRepeat, 1)
        for _ in 1..<max(told, 1) {
            guard wait < longestRepeat else { break }
            wait *= 2
        }
        return min(wait, max(longestRepeat, firstRepeat))
    }
}

/// A critical message that its recipient never confirmed.
package struct UnconfirmedDelivery: Equatable, Sendable {
    /// The message's number in the log.
    package var number: UInt64
    /// As the recipient was told it.
    package var messageID: String
    package var type: String
    /// The user who was to confirm it.
    package var recipient: String
    /// How often it was told.
    package var told: Int

    package init(number: UInt64, messageID: String, type: String, recipient: String, told: Int) {
        self.number = number
        self.messageID = messageID
        self.type = type
        self.recipient = recipient
        self.told = told
    }
}
