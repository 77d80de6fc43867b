import FormatProperties
import FuzzDriver
import Glibc

/// Kept over all inputs, as the daemon keeps what it decodes with over all messages.
private final class Subject {
    private var properties: FormatProperties

    init() throws { properties = try FormatProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

/// Fuzzes every format, or the one that the environment's `FORMAT` names.
@main
struct FuzzFormats {
    static func main() throws {
        let subject = try Subject()
        guard let format = unsafe getenv("FORMAT").map({ unsafe String(cString: $0) }) else {
            FuzzDriver.run(subject.check)
        }
        guard let number = FormatProperties.names.firstIndex(of: format) else {
            print("no format \(format): one of \(FormatProperties.names.joined(separator: " "))")
            exit(1)
        }
        FuzzDriver.run { input in
            if input.count > 0, Int(input[0]) == number { subject.check(input) }
        }
    }
}
