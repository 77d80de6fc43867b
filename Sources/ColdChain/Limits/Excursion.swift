/// A stretch of time in which an order's food was outside its critical limit, as far as the
/// bag's air tells.
package struct Excursion: Equatable, Sendable {
    /// Counted from 1 over the life of the log.
    package var number: UInt64
    package var order: OrderNumber
    package var source: SourceNumber
    /// Snapshots of what it was judged by.
    package var foodClass: FoodClass
    package var limit: CriticalLimit
    package var limitProfile: String
    /// When the first reading outside was measured.
    package var openedAt: Timestamp
    /// When the first reading inside again was measured; nil while it lasts.
    package var closedAt: Timestamp?
    /// The temperature furthest outside, in °C.
    package var peak: Double

    package init(
        number: UInt64, order: OrderNumber, source: SourceNumber, foodClass: FoodClass,
        limit: CriticalLimit, limitProfile: String, openedAt: Timestamp,
        closedAt: Timestamp? = nil, peak: Double
    ) {
        self.number = number
        self.order = order
        self.source = source
        self.foodClass = foodClass
        self.limit = limit
        self.limitProfile = limitProfile
        self.openedAt = openedAt
        self.closedAt = closedAt
        self.peak = peak
    }
}
