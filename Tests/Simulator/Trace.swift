/// What happened in a run: always as a hash, and as text where somebody wants to read it.
struct Trace {
    enum Word: UInt8 {
        case step = 1
        case published, read, acknowledged, connected, disconnected, sessionLost
        case committed, commitFailed, storeOpened, crashed, asked, answered, told, attempted
        case accepted, ended
    }

    /// FNV-1a over every word and number.
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var lines: [String] = []
    private let isKept: Bool
    /// Lines kept: the end of a run is what shows why it failed.
    private static let keptLines = 2_000

    init(isKept: Bool) {
        self.isKept = isKept
    }

    mutating func note(_ word: Word, _ first: Int64 = 0, _ second: Int64 = 0) {
        mix(UInt64(word.rawValue))
        mix(UInt64(bitPattern: first))
        mix(UInt64(bitPattern: second))
        if isKept { keep("\(word) \(first) \(second)") }
    }

    /// Text that only a reader needs.
    mutating func explain(_ text: @autoclosure () -> String) {
        if isKept { keep("    " + text()) }
    }

    private mutating func keep(_ line: String) {
        if lines.count >= 2 * Trace.keptLines { lines.removeFirst(Trace.keptLines) }
        lines.append(line)
    }

    private mutating func mix(_ number: UInt64) {
        hash = (hash ^ number) &* 0x100_0000_01b3
        hash ^= hash >> 29
    }
}
