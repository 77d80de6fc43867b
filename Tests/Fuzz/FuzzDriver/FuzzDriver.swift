import Glibc

/// libFuzzer's own entry point. SwiftPM gives an executable's `main` another name, so the library
/// is linked without its `main` and driven from here.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// What an input is given to. Set once before the first input, and used by libFuzzer's one thread
/// only.
private nonisolated(unsafe) var checkInput: ((Span<UInt8>) -> Void)?

private func takeInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = unsafe UnsafeBufferPointer(start: bytes, count: count)
    unsafe checkInput?(input.span)
    return 0
}

/// A fuzzer's whole program.
package enum FuzzDriver {
    /// Gives inputs to `check` until one stops the program, or the time of the command line is over.
    package static func run(_ check: @escaping (Span<UInt8>) -> Void) -> Never {
        unsafe checkInput = check
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(
            unsafe withUnsafeMutablePointer(to: &arguments) { arguments in
                unsafe arguments.withMemoryRebound(
                    to: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.self, capacity: 1
                ) { unsafe runFuzzer(&count, $0, takeInput) }
            })
    }
}
