import DecodeProperties
import FuzzDriver

/// Kept over all inputs, as the daemon keeps what it decodes with over all messages.
private final class Subject {
    private var properties: DecodeProperties

    init() throws { properties = try DecodeProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

@main
struct FuzzDecode {
    static func main() throws {
        let subject = try Subject()
        FuzzDriver.run(subject.check)
    }
}
