import CodecMessages

/// Why a script gave nothing.
enum ScriptFailure: Error, Equatable {
    /// It is no JavaScript; the engine's words.
    case notCompiled(String)
    /// What it threw, as text.
    case threw(String)
    case timedOut
    case outOfMemory
    case noSuchFunction

    /// The engine's own words where memory ends within one step, such as making a string.
    private static let endOfMemory = "RangeError: Out of memory"

    init(thrown text: String) {
        self = text.hasPrefix(Self.endOfMemory) ? .outOfMemory : .threw(text)
    }

    var loadVerdict: LoadVerdict {
        switch self {
        case .notCompiled: .notCompiled
        case .threw: .threw
        case .timedOut: .timedOut
        case .outOfMemory: .outOfMemory
        case .noSuchFunction: .noSuchFunction
        }
    }

    var decodeVerdict: DecodeVerdict {
        switch self {
        case .notCompiled, .threw: .threw
        case .timedOut: .timedOut
        case .outOfMemory: .outOfMemory
        case .noSuchFunction: .noSuchFunction
        }
    }

    var text: String {
        switch self {
        case .notCompiled(let text), .threw(let text): text
        case .timedOut, .outOfMemory, .noSuchFunction: ""
        }
    }

    /// Whether the script may have been cut off in the middle of what it was doing.
    var endsContext: Bool { self == .timedOut || self == .outOfMemory }
}
