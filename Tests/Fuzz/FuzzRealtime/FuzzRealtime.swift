import Glibc
import RealtimeProperties

/// libFuzzer's own entry point. SwiftPM gives an executable's `main` another name, so the library
/// is linked without its `main` and driven from here.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// Kept over all inputs, as the daemon keeps its parser over all messages.
private final class Subject {
    private var properties: RealtimeProperties

    init() throws { properties = try RealtimeProperties() }

    func check(_ input: Span<UInt8>) { properties.check(input) }
}

/// Made before the first input, and used by libFuzzer's one thread only.
private nonisolated(unsafe) let subject = try? Subject()

private func checkInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let subject = unsafe subject else {
        preconditionFailure("there is memory for a parser")
    }
    let input = unsafe UnsafeBufferPointer(start: bytes, count: count)
    unsafe subject.check(input.span)
    return 0
}

@main
struct FuzzRealtime {
    static func main() {
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(
            unsafe withUnsafeMutablePointer(to: &arguments) { arguments in
                unsafe arguments.withMemoryRebound(
                    to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.self, capacity: 1
                ) { unsafe runFuzzer(&count, $0, checkInput) }
            })
    }
}
