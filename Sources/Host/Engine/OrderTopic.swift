/// The topic on which the delivery platform tells of its orders.
enum OrderTopic {
    static let filter = "orders/+/events"

    private static let prefix = Array("orders/".utf8)
    private static let suffix = Array("/events".utf8)

    /// The order's identifier in a topic, or nil where it is another topic.
    static func order(in topic: Span<UInt8>) -> Range<Int>? {
        let start = prefix.count
        let end = topic.count - suffix.count
        guard end > start else { return nil }
        for index in prefix.indices where topic[index] != prefix[index] { return nil }
        for index in suffix.indices where topic[end + index] != suffix[index] { return nil }
        for index in start..<end where topic[index] == UInt8(ascii: "/") { return nil }
        return start..<end
    }
}
