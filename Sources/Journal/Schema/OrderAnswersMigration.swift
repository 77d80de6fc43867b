extension Schema {
    /// What answers about an order are found by, and what people measure at its hand-overs.
    static let orderAnswersMigration = Migration([
        "CREATE INDEX event_by_order ON events(order_number, number);"
    ])
}
