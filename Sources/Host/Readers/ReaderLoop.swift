import Bridge
import ColdChain
import DeviceCodecs
import Fabric
import Journal
import System
import Wire

/// A question for the reader thread, and where its answer goes.
struct ReadRequest: Sendable {
    var token: CommandToken
    var query: ReadQuery
}

enum ReaderMessage: Sendable {
    case read(ReadRequest)
    /// The client has taken what there is of an answer in pieces.
    case more(CommandToken)
    /// The client of an answer in pieces is gone.
    case abandon(CommandToken)
    /// What a client missed that came back.
    case history(HistoryRead)
    /// For dry runs from now on.
    case deviceKeys([AdvertKey])
    /// What orders are judged by from now on.
    case rules(OrderRules, LivePlan)
    case stop
}

/// The loop of the reader thread: answers questions about the log on a connection of its own, so
/// that a long answer holds up no reading.
final class ReaderLoop {
    private let path: String
    private let placeKeyPath: String
    private let mail: Mail
    private let poller: Poller
    private let log: Log
    private let catalogue: ProfileCatalogue
    private var deviceKeys: [AdvertKey]
    private var rules: OrderRules
    private var plan: LivePlan
    private var reader: JournalReader?
    /// Made by the first question that needs it.
    private var dryRun: DryRun?
    private var exports = ExportDesk()
    /// Nil where the log is not verified on a schedule.
    private var proof: ScheduledProof?

    private init(
        store: JournalSettings, catalogue: ProfileCatalogue, rules: OrderRules, plan: LivePlan,
        deviceKeys: [AdvertKey], verifyMilliseconds: Int64, mail: Mail, poller: Poller, log: Log
    ) {
        self.rules = rules
        self.plan = plan
        proof = ScheduledProof(intervalMilliseconds: verifyMilliseconds)
        self.catalogue = catalogue
        self.deviceKeys = deviceKeys
        path = store.path
        placeKeyPath = store.placeKeyPath
        self.mail = mail
        self.poller = poller
        self.log = log
    }

    /// Starts the thread.
    ///
    /// - Parameter verifyMilliseconds: How often the log is verified; 0 never.
    static func start(
        store: JournalSettings, catalogue: ProfileCatalogue, rules: OrderRules, plan: LivePlan,
        deviceKeys: [AdvertKey], verifyMilliseconds: Int64, mail: Mail, log: Log
    ) throws(StartError) -> Thread {
        let started = OneShot<Result<Bool, StartError>>()
        let thread = try StartError.catching { () throws(SystemError) in
            try Thread(name: "reader") {
                do throws(SystemError) {
                    let poller = try Poller()
                    try poller.watch(mail.readerWakeUp.descriptor, key: 0)
                    started.give(.success(true))
                    ReaderLoop(
                        store: store, catalogue: catalogue, rules: rules, plan: plan,
                        deviceKeys: deviceKeys, verifyMilliseconds: verifyMilliseconds,
                        mail: mail, poller: poller, log: log
                    ).run()
                } catch {
                    started.give(.failure(StartError(error.description)))
                }
            }
        }
        _ = try started.wait().get()
        return thread
    }

    /// Runs until it is told to stop.
    private func run() {
        var ready: [Poller.Ready] = []
        var messages: [ReaderMessage] = []
        while true {
            // Between two steps of an export, whatever else came has its turn.
            let wait = exports.isIdle ? proof?.waitMilliseconds ?? -1 : 0
            poller.wait(milliseconds: wait, into: &ready)
            mail.readerWakeUp.clear()
            mail.reader.receive(into: &messages)
            for message in messages {
                switch message {
                case .read(let request): take(request)
                case .more(let token): exports.resume(token)
                case .abandon(let token): exports.remove(token)
                case .history(let read): mail.historyPages.send(page(for: read))
                case .deviceKeys(let keys):
                    deviceKeys = keys
                    // The next is made with the new ones.
                    dryRun = nil
                case .rules(let newRules, let newPlan): (rules, plan) = (newRules, newPlan)
                case .stop: return
                }
            }
            takeExportStep()
            verifyOn()
        }
    }

    private func take(_ request: ReadRequest) {
        guard case .export(let export, let identity) = request.query else {
            mail.answers.send(Answer(token: request.token, response: answer(request.query)))
            return
        }
        do throws(ExportError) {
            guard !exports.isFull else {
                mail.answers.send(Answer(token: request.token, response: .tooManyExports))
                return
            }
            let reader = try ExportError.catching { () throws(StoreError) in try openReader() }
            let now = Timestamp(milliseconds: Clock.wallMilliseconds())
            exports.add(
                try LogStream(export, from: reader, now: now, alerts: identity.alertScope) {
                    identity.maySee($0)
                },
                for: request.token)
        } catch {
            mail.answers.send(
                Answer(token: request.token, response: refusal(error, order: export.order)))
        }
    }

    /// Where the log cannot be read, nothing can be told again.
    private func page(for read: HistoryRead) -> HistoryPage {
        do throws(StoreError) {
            return try openReader().history(of: read)
        } catch {
            reader = nil
            log.error("the history could not be read", ["reason": error.description])
            return HistoryPage(read: read, records: [], end: read.after, floor: .max)
        }
    }

    private func takeExportStep() {
        guard let token = exports.next() else { return }
        do throws(ExportError) {
            let reader = try ExportError.catching { () throws(StoreError) in try openReader() }
            switch try exports.step(token, from: reader) {
            case .working: break
            case .whole(let response): mail.answers.send(Answer(token: token, response: response))
            case .piece(let piece): mail.pieces.send(AnswerPiece(token: token, content: piece))
            }
        } catch {
            let hasBegun = exports.hasBegun(token)
            exports.remove(token)
            let response = refusal(error, order: nil)
            if hasBegun {
                mail.pieces.send(AnswerPiece(token: token, content: .broken))
            } else {
                mail.answers.send(Answer(token: token, response: response))
            }
        }
    }

    private func refusal(_ error: ExportError, order: String?) -> APIResponse {
        if error.kind == .unknownOrder, let order { return .unknownOrder(order) }
        // The connection may have seen a broken store: the next question opens a new one.
        reader = nil
        proof?.abandon()
        log.error("the log could not be exported", ["reason": error.description])
        return .storeUnavailable
    }

    /// Verifies a slice of the log where that is due; questions that came meanwhile go first.
    private func verifyOn() {
        guard proof != nil else { return }
        let event = proof?.advance({ () throws(StoreError) in try openReader() }, log: log)
        if let proof { mail.proofStatus.set(proof.status) }
        if let event { mail.engine.send(.tell(event)) }
    }

    private func answer(_ query: ReadQuery) -> APIResponse {
        if case .dryRun(let question) = query { return answer(question) }
        do throws(StoreError) {
            let reader = try openReader()
            if case .haccpPlan = query { return try plan.answer(from: reader) }
            return try LogAnswers(
                reader: reader, catalogue: catalogue, rules: rules,
                now: Timestamp(milliseconds: Clock.wallMilliseconds())
            ).answer(query)
        } catch {
            // The connection may have seen a broken store: the next question opens a new one.
            reader = nil
            proof?.abandon()
            log.error("the log could not be read", ["reason": error.description])
            return .storeUnavailable
        }
    }

    /// Without vendors' codecs: those run for the engine only, and nothing here may hold it up.
    private func answer(_ question: DryRunQuestion) -> APIResponse {
        if dryRun == nil {
            do throws(StartError) {
                dryRun = try DryRun(catalogue, codecs: nil, deviceKeys: deviceKeys)
            } catch {
                log.error("no dry run", ["reason": error.description])
            }
        }
        guard let answer = dryRun?.answer(question) else { return .overloaded }
        return APIResponse(status: answer.outcome.status, body: answer.json)
    }

    private func openReader() throws(StoreError) -> JournalReader {
        if let reader { return reader }
        let opened = try JournalReader(path: path, placeKeyPath: placeKeyPath)
        reader = opened
        return opened
    }
}

extension DryRunAnswer.Outcome {
    /// A message that is refused is an answer too: that is what was asked.
    fileprivate var status: Int {
        switch self {
        case .decoded, .refused: 200
        case .unanswerable: 404
        case .needsCodec: 409
        }
    }
}
