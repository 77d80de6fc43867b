/// What is particular to some types of messages, in one place.
enum MessageTraits {
    /// Messages of the TableTap dialect that are signed where a secret is configured (T-14): those
    /// whose delivery the seed wants confirmed (payment, order status), and alerts of food.
    static let critical: Set<String> = [
        "order_created", "order_status_changed", "order_ready", "order_completed",
        "order_cancelled", "payment_processed", "payment_failed", "alert",
    ]

    /// Members that only their recipient may read, by the type of record (T-14): of payments all
    /// but which order they are of and how they ended, of orders what hands them out and who they
    /// are for.
    static let sensitive: [String: Set<String>] = [
        "payment_processed": ["transactionId", "amount", "method", "receiptUrl"],
        "payment_failed": ["reason", "message", "retryUrl"],
        "order_ready": ["pickupCode"],
        "order_assigned": ["customerName", "specialInstructions"],
        "order_cancelled": ["refundAmount"],
    ]
}
