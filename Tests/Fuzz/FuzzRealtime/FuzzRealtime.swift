import FuzzDriver
import RealtimeProperties

/// Kept over all inputs, as the daemon keeps what it decodes with over all messages.
private final class Subject {
    private var properties: RealtimeProperties

    init() throws { properties = try RealtimeProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

@main
struct FuzzRealtime {
    static func main() throws {
        let subject = try Subject()
        FuzzDriver.run(subject.check)
    }
}
