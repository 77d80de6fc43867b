import TestSupport
import Testing

/// What `ConfinementProbe` may do, having locked itself in by the code the codec program uses.
@Suite("The lock-in")
struct ConfinementTests {
    /// SIGSYS: the kernel's answer to a tool of an escape.
    private static let forbidden: Int32 = 31

    private func attempt(_ deed: String) throws -> (ChildProcess.End, String) {
        let directory = TemporaryDirectory()
        // Through a pipe: it may write no file.
        let words = directory.file("words")
        let child = try ChildProcess(
            "/bin/bash",
            [
                "-c", "set -o pipefail; \"$0\" \"$1\" | cat; code=${PIPESTATUS[0]}; exit $code",
                BuiltProgram.path("ConfinementProbe"), deed,
            ],
            output: words, errors: "/dev/null")
        let end = try child.wait()
        return (end, directory.read("words"))
    }

    @Test("the tools of an escape kill", arguments: ["socket", "execute", "process", "kill"])
    func forbidden(_ deed: String) throws {
        let (end, words) = try attempt(deed)
        // A shell says the signal as 128 and its number.
        #expect(end == .exit(128 + Self.forbidden))
        #expect(words.isEmpty)
    }

    @Test(
        "files, code and more memory than allowed are refused",
        arguments: ["open", "create", "memory", "code", "make code"])
    func refused(_ deed: String) throws {
        let (end, words) = try attempt(deed)
        #expect(end == .exit(0))
        #expect(words == "refused")
    }

    @Test("what an engine needs goes on", arguments: ["some memory", "thread", "time"])
    func free(_ deed: String) throws {
        let (end, words) = try attempt(deed)
        #expect(end == .exit(0))
        #expect(words == "free")
    }
}
