import Bridge
import ColdChain
import Journal
import System
import Wire

/// A dead letter that was decoded again, and what to answer to whoever asked.
struct Replay: Sendable {
    var token: CommandToken
    var response: APIResponse
    /// Its number, to be noted in the log once what it says is durable; nil where it says nothing
    /// still.
    var decoded: UInt64?
}

extension EngineStore {
    /// Decodes a dead letter again, with the time at which it came then.
    ///
    /// What it says is added to the effects; where it still cannot be decoded, nothing is: the
    /// letter is there already.
    func replay(
        _ number: UInt64, token: CommandToken, through dispatcher: Dispatcher,
        effects: inout Effects
    ) -> Replay {
        do throws(StoreError) {
            guard let logged = try deadLetter(number) else {
                return Replay(token: token, response: .notFound)
            }
            let letter = logged.letter
            guard letter.payload.count == letter.payloadLength else {
                return Replay(
                    token: token,
                    response: .error(409, "truncated", "only a part of the payload was kept"))
            }
            let broker = brokerIndex(named: letter.broker)
            let arrival = Arrival(
                broker: broker, receivedAt: letter.receivedAt, isRetained: false,
                packetIdentifier: 0)
            let before = effects.records.deadLetters.count
            let counters = bridge?.counters
            dispatcher.dispatchAgain(
                letter.topic.span, letter.payload.span, arrival, to: &bridge, effects: &effects)
            guard effects.records.deadLetters.count == before else {
                let still = effects.records.deadLetters[before]
                effects.records.deadLetters.removeSubrange(before...)
                if let counters { bridge?.counters = counters }
                return Replay(
                    token: token, response: .error(422, still.reason, still.detail))
            }
            return Replay(
                token: token,
                response: .json {
                    $0.member("number", Int64(clamping: number))
                    $0.member("replayed", true)
                }, decoded: number)
        } catch {
            return Replay(token: token, response: .storeUnavailable)
        }
    }

    /// Notes in the log which dead letters were decoded after all. Where that fails, replaying
    /// them again finds their readings recorded already.
    func noteReplays(_ replays: [Replay], at now: Timestamp) {
        let numbers = replays.compactMap(\.decoded)
        guard !numbers.isEmpty else { return }
        do throws(StoreError) {
            try markReplayed(numbers, at: now)
        } catch {
            log.error("replay not noted", ["reason": error.description])
        }
    }
}
