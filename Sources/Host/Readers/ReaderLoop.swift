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
    /// For dry runs from now on.
    case deviceKeys([AdvertKey])
    case stop
}

/// The loop of the reader thread: answers questions about the log on a connection of its own, so
/// that a long answer holds up no reading.
final class ReaderLoop {
    private let path: String
    private let mail: Mail
    private let poller: Poller
    private let log: Log
    private let catalogue: ProfileCatalogue
    private var deviceKeys: [AdvertKey]
    private var reader: JournalReader?
    /// Made by the first question that needs it.
    private var dryRun: DryRun?
    /// Nil where the log is not verified on a schedule.
    private var proof: ScheduledProof?

    private init(
        path: String, catalogue: ProfileCatalogue, deviceKeys: [AdvertKey],
        verifyMilliseconds: Int64, mail: Mail, poller: Poller, log: Log
    ) {
        proof = ScheduledProof(intervalMilliseconds: verifyMilliseconds)
        self.catalogue = catalogue
        self.deviceKeys = deviceKeys
        self.path = path
        self.mail = mail
        self.poller = poller
        self.log = log
    }

    /// Starts the thread.
    ///
    /// - Parameter verifyMilliseconds: How often the log is verified; 0 never.
    static func start(
        path: String, catalogue: ProfileCatalogue, deviceKeys: [AdvertKey],
        verifyMilliseconds: Int64, mail: Mail, log: Log
    ) throws(StartError) -> Thread {
        let started = OneShot<Result<Bool, StartError>>()
        let thread = try StartError.catching { () throws(SystemError) in
            try Thread(name: "reader") {
                do throws(SystemError) {
                    let poller = try Poller()
                    try poller.watch(mail.readerWakeUp.descriptor, key: 0)
                    started.give(.success(true))
                    ReaderLoop(
                        path: path, catalogue: catalogue, deviceKeys: deviceKeys,
                        verifyMilliseconds: verifyMilliseconds, mail: mail, poller: poller,
                        log: log
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
            poller.wait(milliseconds: proof?.waitMilliseconds ?? -1, into: &ready)
            mail.readerWakeUp.clear()
            mail.reader.receive(into: &messages)
            for message in messages {
                switch message {
                case .read(let request):
                    mail.answers.send(
                        Answer(token: request.token, response: answer(request.query)))
                case .deviceKeys(let keys):
                    deviceKeys = keys
                    // The next is made with the new ones.
                    dryRun = nil
                case .stop: return
                }
            }
            verifyOn()
        }
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
            return try LogAnswers(reader: reader, catalogue: catalogue).answer(query)
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
        let opened = try JournalReader(path: path)
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
