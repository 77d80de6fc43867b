internal import CodecMessages
internal import System

/// The program's lives: starting it, speaking with it, and what is done when it dies.
extension CodecProcess {
    /// Starts the program where it does not run and may be started.
    func ensureRunning() -> Bool {
        if program != nil { return true }
        let now = Clock.monotonicNanoseconds()
        guard budget.take(now: now) else {
            if availability == .notStarted || availability == .running {
                availability = .unavailable(reason: "the codec program died too often")
            }
            return false
        }
        do {
            program = try CodecProgram(settings)
        } catch {
            budget.failed(now: Clock.monotonicNanoseconds())
            availability = .unavailable(reason: error.reason)
            return false
        }
        counters.starts += 1
        availability = .running
        batch.restart()
        batch.prepend(codecs: codecs)
        return true
    }

    /// Moves what can be moved without waiting, and takes in what was answered.
    func exchange() {
        guard let program else { return }
        program.exchange(batch.output, sent: &batch.sent)
        while true {
            switch program.input.next() {
            case .message(let place):
                if takeIn(place, of: program) { continue }
                return recover(isOverdue: false)
            case .incomplete:
                if program.hasEnded { recover(isOverdue: false) }
                return
            case .tooLong: return recover(isOverdue: false)
            }
        }
    }

    /// Whether something is asked that has no answer yet.
    private var isWaiting: Bool {
        batch.next != nil || loading.map { $0.outcome == nil } ?? false
    }

    /// Speaks with the program until all that was asked is answered, in one way or the other.
    func settle(deadline: UInt64) {
        var lastProgress: UInt64?
        var lastNext: Int?
        var stalled: UInt64 = 0
        exchange()
        while program != nil, isWaiting || batch.unsent > 0 {
            guard let running = program else { break }
            let now = Clock.monotonicNanoseconds()
            let progress = running.callsBegunAndEnded
            if progress != lastProgress || batch.next != lastNext {
                lastProgress = progress
                lastNext = batch.next
                stalled = now
            }
            if now >= deadline {
                giveUp(isStuck: now &- stalled >= timeLimit)
                break
            }
            let stall = stalled &+ settings.stallLimit
            if now >= stall {
                recover(isOverdue: true)
                lastProgress = nil
            } else {
                running.wait(
                    nanoseconds: min(deadline - now, stall - now, Self.look),
                    writing: batch.unsent > 0)
            }
            exchange()
        }
        batch.settle()
    }

    private var timeLimit: UInt64 { UInt64(settings.timeLimitMilliseconds) * 1_000_000 }

    /// Ends the program because the time is over.
    ///
    /// - Parameter isStuck: Whether the call that runs has had more than its own time.
    private func giveUp(isStuck: Bool) {
        guard let program else { return }
        let running = batch.running(program.callsBegunAndEnded)
        bury(program)
        if let running, isStuck { blame(running, .timedOut) }
        while let number = batch.next {
            if batch.calls[number].isOpen { answer(number, .failed(.deadlinePassed)) }
            batch.noteAnswer()
        }
        batch.restart()
    }

    /// Finds out which call the program died of, and lets a new one make the others.
    ///
    /// - Parameter isOverdue: Whether it still runs, but has not moved on for too long.
    private func recover(isOverdue: Bool) {
        guard let program else { return }
        let running = batch.running(program.callsBegunAndEnded)
        let end = bury(program)
        if let running {
            batch.calls[running].kills += 1
            if isOverdue {
                blame(running, .timedOut)
            } else if !end.isKill || batch.calls[running].kills > 1 {
                // Who is killed from outside once is hardly to blame; the second time is enough.
                blame(running, .crashed(end.text))
            }
        } else if loading != nil, batch.next == nil, isOverdue || !end.isKill {
            loading?.outcome = .refused(isOverdue ? .timedOut : .crashed(end.text))
        }
        failSuspended()
        guard batch.next != nil || loading.map({ $0.outcome == nil }) ?? false else {
            return batch.restart()
        }
        if !ensureRunning() { return failOpen() }
        if let loading, loading.outcome == nil {
            batch.append(.load, codec: loading.codec, source: loading.source)
        }
    }

    @discardableResult
    private func bury(_ program: CodecProgram) -> CodecProgram.End {
        self.program = nil
        availability = .notStarted
        counters.deaths += 1
        return program.end()
    }

    private func blame(_ number: Int, _ failure: CodecFailure) {
        strike(batch.calls[number].codec)
        answer(number, .failed(failure))
    }

    private func strike(_ codec: UInt32) {
        codecs[codec]?.strike(
            limit: settings.strikes, suspension: settings.suspension,
            now: Clock.monotonicNanoseconds())
    }

    /// Calls of codecs that have just been suspended are not made again.
    private func failSuspended() {
        for number in batch.order[batch.answered...] where batch.calls[number].isOpen {
            let codec = batch.calls[number].codec
            if isSuspended(codec: codec) { answer(number, .failed(.codecSuspended)) }
        }
        batch.skipAnswered()
    }

    private func failOpen() {
        for number in batch.order[batch.answered...] where batch.calls[number].isOpen {
            answer(number, .failed(.sandboxUnavailable))
        }
        batch.restart()
        if case .unavailable(let reason) = availability {
            loading?.outcome = .waiting(reason: reason)
        }
    }

    // MARK: Answers

    /// Takes one message in; false where it is none that could have come now.
    private func takeIn(_ place: Range<Int>, of program: CodecProgram) -> Bool {
        let input = program.input.bytes
        var reader = MessageReader(input.span.extracting(place))
        switch reader.number(UInt8.self).flatMap(CodecResponse.init(rawValue:)) {
        case .loaded: return takeInLoaded(&reader)
        case .decoded:
            guard let number = batch.next,
                let verdict = reader.number(UInt8.self).flatMap(DecodeVerdict.init(rawValue:)),
                let taken = answer(verdict, &reader, input, place)
            else { return false }
            batch.noteAnswer()
            let codec = batch.calls[number].codec
            switch verdict {
            case .timedOut, .outOfMemory: strike(codec)
            case .suspended: break
            default: if codecs[codec]?.strikes ?? 0 > 0 { codecs[codec]?.forgive() }
            }
            answer(number, taken)
            return true
        default: return false
        }
    }

    private func takeInLoaded(_ reader: inout MessageReader) -> Bool {
        guard let codec = reader.number(UInt32.self), loading?.codec == codec,
            let verdict = reader.number(UInt8.self).flatMap(LoadVerdict.init(rawValue:)),
            let signature = reader.number(UInt8.self),
            let text = reader.text(reader.remaining)
        else { return false }
        switch verdict {
        case .compiled:
            guard let signature = CodecSignature(rawValue: signature) else { return false }
            loading?.outcome = .compiled(signature)
        case .notCompiled: loading?.outcome = .refused(.notCompiled(text))
        case .threw: loading?.outcome = .refused(.threw(text))
        case .timedOut: loading?.outcome = .refused(.timedOut)
        case .outOfMemory: loading?.outcome = .refused(.outOfMemory)
        case .noSuchFunction: loading?.outcome = .refused(.noSuchFunction)
        }
        return true
    }

    private func answer(
        _ verdict: DecodeVerdict, _ reader: inout MessageReader, _ input: [UInt8],
        _ place: Range<Int>
    ) -> CodecAnswer? {
        switch verdict {
        case .data: return data(reader.remaining, &reader, input, place)
        case .dataWithWarnings:
            guard let length = reader.number(UInt32.self) else { return nil }
            return data(Int(length), &reader, input, place)
        case .errors:
            guard let errors = remarks(&reader), !errors.isEmpty else { return nil }
            return .errors(errors)
        case .threw: return .failed(.threw(reader.text(reader.remaining) ?? ""))
        case .timedOut: return .failed(.timedOut)
        case .outOfMemory: return .failed(.outOfMemory)
        case .noSuchFunction: return .failed(.noSuchFunction)
        case .notAnObject: return .failed(.notAnObject)
        case .tooLarge: return .failed(.tooLarge)
        case .suspended: return .failed(.codecSuspended)
        case .unknownCodec: return .failed(.notLoaded)
        }
    }

    private func data(
        _ length: Int, _ reader: inout MessageReader, _ input: [UInt8], _ place: Range<Int>
    ) -> CodecAnswer? {
        guard length <= CodecBounds.answer, let json = reader.skip(length) else { return nil }
        var warnings: [String] = []
        if reader.remaining > 0 {
            guard let said = remarks(&reader) else { return nil }
            warnings = said
        }
        let start = answers.text.count
        answers.text.append(
            contentsOf: input[
                place.lowerBound + json.lowerBound..<place.lowerBound + json.upperBound])
        return .data(json: start..<answers.text.count, warnings: warnings)
    }

    private func remarks(_ reader: inout MessageReader) -> [String]? {
        guard let count = reader.number(UInt8.self), count <= CodecBounds.remarks else {
            return nil
        }
        var remarks: [String] = []
        for _ in 0..<count {
            guard let length = reader.number(UInt16.self), let text = reader.text(Int(length))
            else { return nil }
            remarks.append(text)
        }
        return remarks
    }
}
