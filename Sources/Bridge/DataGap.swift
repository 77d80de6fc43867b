package import ColdChain

/// That a source was silent while an order's food was outside its limit, as people were told.
package struct DataGap: Equatable, Sendable {
    package var order: OrderNumber
    package var source: SourceNumber
    package var loss: DataLoss
    /// Whether late readings filled it.
    package var isRecovered: Bool

    package init(
        order: OrderNumber, source: SourceNumber, loss: DataLoss, isRecovered: Bool = false
    ) {
        self.order = order
        self.source = source
        self.loss = loss
        self.isRecovered = isRecovered
    }
}
