/// A stay of an order's food outside its critical limit, as far as the bag's air tells: what people
/// were told of it last, with a snapshot of what it was judged by.
package struct Excursion: Equatable, Sendable {
    /// Whether what was told still holds.
    package enum Standing: UInt8, Sendable {
        case holds = 1
        /// The readings, as they are known now, do not bear it out.
        case corrected = 2
        /// Late readings joined it to another.
        case joined = 3

        package var name: String {
            switch self {
            case .holds: "holds"
            case .corrected: "corrected"
            case .joined: "joined"
            }
        }
    }

    /// Counted from 1 over the life of the log.
    package var number: UInt64
    /// Counted from 1; each supersedes the one before.
    package var revision: UInt32
    package var order: OrderNumber
    package var source: SourceNumber
    package var foodClass: FoodClass
    package var limit: CriticalLimit
    package var limitProfile: String
    package var settings: ExcursionSettings
    package var judged: JudgedExcursion
    package var standing: Standing

    package init(
        number: UInt64, revision: UInt32 = 1, order: OrderNumber, source: SourceNumber,
        foodClass: FoodClass, limit: CriticalLimit, limitProfile: String,
        settings: ExcursionSettings = ExcursionSettings(), judged: JudgedExcursion,
        standing: Standing = .holds
    ) {
        self.number = number
        self.revision = revision
        self.order = order
        self.source = source
        self.foodClass = foodClass
        self.limit = limit
        self.limitProfile = limitProfile
        self.settings = settings
        self.judged = judged
        self.standing = standing
    }

    /// When the food went outside, to the millisecond.
    package var openedAt: Timestamp { judged.startedAt.timestamp }
    /// When it was over, to the millisecond: back inside for as long as the clear delay asks.
    package var closedAt: Timestamp? { judged.closedAt?.timestamp }
    /// The temperature furthest outside, in °C.
    package var peak: Double { judged.peak }
    /// Whether it is an alarm that is not over.
    package var isOpen: Bool { standing == .holds && judged.isAlarm && judged.closedAt == nil }
}
