import FormatProperties
import FuzzDriver

/// Kept over all inputs, as the daemon keeps what it decodes with over all messages.
private final class Subject {
    private var properties: FormatProperties

    init() throws { properties = try FormatProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

@main
struct FuzzFormats {
    static func main() throws {
        let subject = try Subject()
        FuzzDriver.run(subject.check)
    }
}
