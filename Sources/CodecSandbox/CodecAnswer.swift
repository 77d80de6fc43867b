/// Why a call gave no data. What a codec itself reports as errors is no failure.
package enum CodecFailure: Equatable, Sendable {
    /// The codec threw; its words.
    case threw(String)
    case timedOut
    case outOfMemory
    /// The source has none of the functions that are looked for.
    case noSuchFunction
    /// What it answered is no object, or has no `data` that is one.
    case notAnObject
    /// The frame, the variables or the answer exceed `CodecBounds`.
    case tooLarge
    /// The program died in the middle of this call; how.
    case crashed(String)
    /// No codec of this number is loaded.
    case notLoaded
    /// The codec was cut off too often in a row, and is not called for a while.
    case codecSuspended
    /// The program cannot be started now.
    case sandboxUnavailable
    /// The time was over before this call was reached; it may be tried again.
    case deadlinePassed

    /// Its place in `CodecCounters.failures`.
    package var kind: Kind {
        switch self {
        case .threw: .threw
        case .timedOut: .timedOut
        case .outOfMemory: .outOfMemory
        case .noSuchFunction: .noSuchFunction
        case .notAnObject: .notAnObject
        case .tooLarge: .tooLarge
        case .crashed: .crashed
        case .notLoaded: .notLoaded
        case .codecSuspended: .codecSuspended
        case .sandboxUnavailable: .sandboxUnavailable
        case .deadlinePassed: .deadlinePassed
        }
    }

    package enum Kind: Int, CaseIterable, Sendable {
        case threw, timedOut, outOfMemory, noSuchFunction, notAnObject, tooLarge, crashed
        case notLoaded, codecSuspended, sandboxUnavailable, deadlinePassed
    }
}

/// What a codec answered.
package enum CodecAnswer: Equatable, Sendable {
    /// `json` is where the JSON text of the data stands in `CodecAnswers.text`.
    case data(json: Range<Int>, warnings: [String])
    /// The codec says itself that the frame has no data it can give; never empty.
    case errors([String])
    case failed(CodecFailure)
}

/// The answers to the calls of one batch, in the order of the calls.
package struct CodecAnswers: Sendable {
    /// The JSON texts of all of them.
    package internal(set) var text: [UInt8] = []
    package internal(set) var all: [CodecAnswer] = []

    package init() {}

    package subscript(call: Int) -> CodecAnswer { all[call] }
    package var count: Int { all.count }

    /// The JSON text of the data that a call gave; nil where it gave none.
    package func json(_ call: Int) -> ArraySlice<UInt8>? {
        guard case .data(let json, _) = all[call] else { return nil }
        return text[json]
    }

    mutating func removeAll() {
        text.removeAll(keepingCapacity: true)
        all.removeAll(keepingCapacity: true)
    }
}

package struct CodecCounters: Equatable, Sendable {
    package internal(set) var calls = 0
    /// Calls that gave data.
    package internal(set) var data = 0
    /// Calls for which the codec itself reported errors.
    package internal(set) var errors = 0
    package internal(set) var starts = 0
    /// Times the program ended or had to be killed.
    package internal(set) var deaths = 0
    private var byKind = [Int](repeating: 0, count: CodecFailure.Kind.allCases.count)

    package func failures(_ kind: CodecFailure.Kind) -> Int { byKind[kind.rawValue] }

    mutating func note(_ answer: CodecAnswer) {
        switch answer {
        case .data: data += 1
        case .errors: errors += 1
        case .failed(let failure): byKind[failure.kind.rawValue] += 1
        }
    }
}
