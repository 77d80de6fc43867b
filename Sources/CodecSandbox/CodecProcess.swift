package import CodecMessages
internal import System

/// Runs vendors' codecs in a process of their own, many calls at a time.
///
/// The calls of a turn are begun, and then finished together: `begin` each, `finish` once. Whatever
/// a codec does, its call is answered, and the others are too. To be used by one thread; the
/// program dies with that thread.
package final class CodecProcess {
    package enum Availability: Equatable, Sendable {
        /// Nothing has asked for it yet.
        case notStarted
        case running
        /// It cannot be started, or died too often; it is tried again after a pause.
        case unavailable(reason: String)
    }

    /// What became of a codec that was loaded.
    package enum Loading: Equatable, Sendable {
        case compiled(CodecSignature)
        /// It was not taken, and a codec of this number is not there any more.
        case refused(Refusal)
        /// The program is not available: the codec is compiled when it is.
        case waiting(reason: String)
    }

    package enum Refusal: Equatable, Sendable {
        case notCompiled(String)
        /// Already when its functions were made.
        case threw(String)
        case timedOut
        case outOfMemory
        case noSuchFunction
        case tooLarge
        case crashed(String)
    }

    let settings: CodecSandboxSettings
    package internal(set) var availability = Availability.notStarted
    package internal(set) var counters = CodecCounters()
    var codecs: [UInt32: KeptCodec] = [:]
    var program: CodecProgram?
    var budget: StartBudget
    var batch = Batch()
    var answers = CodecAnswers()
    /// The codec that is being loaded, and what became of it.
    var loading: (codec: UInt32, source: [UInt8], outcome: Loading?)?
    /// Requests wait here until so many bytes have gathered, or the batch is finished.
    static let fullOutput = 32 << 10
    /// Bytes of requests that may wait at a time; beyond it calls are refused as too large.
    static let largestBatch = 64 << 20
    /// While it waits, the daemon looks at the program's progress this often, in nanoseconds.
    static let look: UInt64 = 50_000_000

    /// Starts nothing yet.
    package init(_ settings: CodecSandboxSettings) {
        self.settings = settings
        budget = StartBudget(settings.starts)
    }

    /// The codec program beside the running one; nil where the system does not tell where that is.
    package static var programBesideThisOne: String? {
        Environment.programDirectory.map { "\($0)/freshwire-codecs" }
    }

    /// The identifier of the process that runs codecs now; nil where there is none.
    package var programIdentifier: Int32? { program?.identifier }

    // MARK: Codecs

    /// Compiles a codec, in place of one of the same number. Waits for calls that are under way.
    package func load(codec: UInt32, source: [UInt8]) -> Loading {
        forget(codec: codec)
        guard source.count <= CodecBounds.source else { return .refused(.tooLarge) }
        guard ensureRunning() else {
            codecs[codec] = KeptCodec(source: source)
            if case .unavailable(let reason) = availability { return .waiting(reason: reason) }
            return .waiting(reason: "")
        }
        settle(deadline: .max)
        loading = (codec, source, nil)
        defer { loading = nil }
        batch.append(.load, codec: codec, source: source)
        settle(deadline: .max)
        let outcome = loading?.outcome ?? .refused(.crashed("the program ended"))
        switch outcome {
        case .compiled, .waiting: codecs[codec] = KeptCodec(source: source)
        case .refused: break
        }
        return outcome
    }

    /// Frees what a codec took; calls that are begun already are still made.
    package func forget(codec: UInt32) {
        guard codecs.removeValue(forKey: codec) != nil, program != nil else { return }
        batch.appendForget(codec: codec)
    }

    /// Whether calls of the codec fail at once because it was cut off too often.
    package func isSuspended(codec: UInt32) -> Bool {
        codecs[codec]?.isSuspended ?? false
    }

    // MARK: Calls

    /// Begins a call; `finish` answers it, as the one with the number that is answered here.
    ///
    /// - Parameters:
    ///   - receivedMilliseconds: What the codec sees as the receive time, and as the clock.
    ///   - variables: Settings of the device, as ChirpStack has them.
    @discardableResult
    package func begin(
        codec: UInt32, port: UInt8, receivedMilliseconds: Int64, bytes: [UInt8],
        variables: [(name: String, value: String)] = []
    ) -> Int {
        counters.calls += 1
        let number = batch.calls.count
        batch.calls.append(Batch.Call(codec: codec))
        answers.all.append(.failed(.deadlinePassed))
        if let failure = obstacle(codec, bytes, variables) {
            answer(number, .failed(failure))
            return number
        }
        batch.append(
            number, port: port, receivedMilliseconds: receivedMilliseconds, bytes: bytes,
            variables: variables)
        if batch.unsent >= Self.fullOutput { exchange() }
        return number
    }

    private func obstacle(
        _ codec: UInt32, _ bytes: [UInt8], _ variables: [(name: String, value: String)]
    ) -> CodecFailure? {
        guard bytes.count <= CodecBounds.payload, variables.count <= CodecBounds.variables,
            variables.allSatisfy({
                $0.name.utf8.count <= CodecBounds.variableName
                    && $0.value.utf8.count <= CodecBounds.variableValue
            }), batch.output.count < Self.largestBatch
        else { return .tooLarge }
        guard let standing = codecs[codec]?.standing(Clock.monotonicNanoseconds) else {
            return .notLoaded
        }
        guard standing != .suspended else { return .codecSuspended }
        guard ensureRunning() else { return .sandboxUnavailable }
        if standing == .pardoned, let source = codecs[codec]?.source {
            batch.append(.keep, codec: codec, source: source)
        }
        return nil
    }

    /// Waits until all calls are answered, and hands the answers over.
    ///
    /// - Parameters:
    ///   - deadline: On the monotonic clock. Then the program is killed where it has not done, and
    ///     open calls fail with `deadlinePassed`. For guarding the caller's turn, not for cutting
    ///     calls short: those have their own limit.
    ///   - into: Replaced; what it held is used again for the next batch.
    package func finish(deadline: UInt64, into result: inout CodecAnswers) {
        settle(deadline: deadline)
        result.removeAll()
        swap(&result, &answers)
        for answer in result.all { counters.note(answer) }
        batch.calls.removeAll(keepingCapacity: true)
    }

    func answer(_ number: Int, _ answer: CodecAnswer) {
        batch.calls[number].isOpen = false
        answers.all[number] = answer
    }
}
