extension RawClient {
    /// The next chunk's content; empty is the last one.
    func readChunk() throws -> [UInt8] {
        var line: [UInt8] = []
        while !line.reversed().starts(with: [0x0A, 0x0D]) { line += try read(1) }
        let text = String(decoding: line.dropLast(2), as: UTF8.self)
        guard let count = Int(text, radix: 16) else { throw Failure(reason: text) }
        let content = try read(count + 2)
        guard content.suffix(2) == [0x0D, 0x0A] else {
            throw Failure(reason: "a chunk does not end")
        }
        return content.dropLast(2)
    }

    /// Reads chunks up to the last one, and answers how many bytes they carried.
    func readChunks() throws -> Int {
        var total = 0
        while true {
            let chunk = try readChunk()
            if chunk.isEmpty { return total }
            total += chunk.count
        }
    }
}
