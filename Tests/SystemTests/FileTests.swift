import System
import Testing

@Suite("Files, and what a poller sees")
struct FileTests {
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = try File.makeTemporaryDirectory()
        defer { File.removeDirectory(directory) }
        try body(directory)
    }

    @Test("a secret is made once, and is not written over")
    func secret() throws {
        try inDirectory { directory in
            let path = "\(directory)/secret"
            try File.create(path, secret: [1, 2, 3])
            #expect(throws: SystemError.self) { try File.create(path, secret: [9]) }
            #expect(try File.read(path) == [1, 2, 3])
        }
    }

    @Test("a file longer than its limit is an error, one as long as it is read")
    func limit() throws {
        try inDirectory { directory in
            let path = "\(directory)/file"
            try File.write(path, [UInt8](repeating: 7, count: 100))
            #expect(try File.read(path, limit: 100).count == 100)
            #expect(throws: SystemError.self) { try File.read(path, limit: 99) }
            #expect(throws: SystemError.self) { try File.read("\(directory)/none") }
        }
    }

    @Test("directories are made with those above them, listed, and removed with what is in them")
    func directories() throws {
        let directory = try File.makeTemporaryDirectory()
        try File.makeDirectory("\(directory)/a/b")
        try File.makeDirectory("\(directory)/a/b")
        try File.write("\(directory)/a/b/file", [1])
        #expect(try File.names(in: "\(directory)/a/b") == ["file"])
        #expect(File.isDirectory("\(directory)/a") && !File.isDirectory("\(directory)/a/b/file"))
        File.removeDirectory(directory)
        #expect(!File.exists(directory))
    }

    @Test("a wake-up is seen by the poller until it is cleared")
    func wakeUp() throws {
        let wakeUp = try WakeUp()
        let poller = try Poller()
        try poller.watch(wakeUp.descriptor, key: 42)
        var ready: [Poller.Ready] = []
        poller.wait(milliseconds: 0, into: &ready)
        #expect(ready.isEmpty)
        wakeUp.signal()
        wakeUp.signal()
        poller.wait(milliseconds: 1_000, into: &ready)
        #expect(ready.map(\.key) == [42] && ready[0].isReadable)
        wakeUp.clear()
        poller.wait(milliseconds: 0, into: &ready)
        #expect(ready.isEmpty)
    }

    @Test("a port that is listened on is not free")
    func port() throws {
        let port = try FreePort.find()
        #expect(port >= 1_024 && FreePort.isFree(port))
    }
}
