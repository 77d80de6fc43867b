import Bridge
import Courier
import System

/// The loop of the courier thread: attempts come in by mailbox, results go to the engine.
final class CourierLoop {
    private let courier: Courier
    private let mail: Mail
    private let log: Log
    private var attempts: [DeliveryAttempt] = []
    private var commands: [CourierControl] = []
    private var current = CourierStatus()

    /// How long a turn waits where nothing is under way, in milliseconds.
    private static let idleWait: Int32 = 1_000

    private init(courier: Courier, mail: Mail, log: Log) {
        self.courier = courier
        self.mail = mail
        self.log = log
    }

    /// Starts the thread.
    static func start(
        _ settings: CourierSettings, mail: Mail, log: Log
    ) throws(StartError) -> Thread {
        let started = OneShot<Result<Bool, StartError>>()
        let thread = try StartError.catching { () throws(SystemError) in
            try Thread(name: "courier") {
                do throws(CourierError) {
                    let courier = try Courier(settings) { Clock.wallMilliseconds() / 1000 }
                    mail.courierWaker.set(courier.waker)
                    started.give(.success(true))
                    CourierLoop(courier: courier, mail: mail, log: log).run()
                } catch {
                    started.give(.failure(StartError(error.description)))
                }
            }
        }
        _ = try started.wait().get()
        return thread
    }

    /// Runs until it is told to stop. What is under way then is broken off: it is still owed.
    private func run() {
        while true {
            mail.courierControl.receive(into: &commands)
            for command in commands {
                switch command {
                case .stop: return
                case .replace(let endpoints): replace(endpoints)
                }
            }
            mail.attempts.receive(into: &attempts)
            for attempt in attempts { courier.start(attempt) }
            do throws(CourierError) {
                let completed = try courier.turn(waitMilliseconds: Self.idleWait)
                for attempt in completed { report(attempt) }
            } catch {
                log.error("webhook transfers failed", ["reason": error.description])
                Clock.sleep(milliseconds: 1_000)
            }
            mail.courierStatus.set(current)
        }
    }

    private func replace(_ endpoints: [WebhookEndpoint]) {
        do throws(CourierError) {
            try courier.replaceEndpoints(endpoints)
        } catch {
            log.error("webhook endpoints not replaced", ["reason": error.description])
        }
    }

    private func report(_ attempt: CompletedAttempt) {
        current.count(attempt)
        if let failure = attempt.result.outcome.failure {
            log.warning(
                "webhook delivery failed",
                [
                    "endpoint": attempt.result.endpoint, "delivery": "\(attempt.result.number)",
                    "reason": failure, "took_ms": "\(attempt.milliseconds)",
                ])
        }
        // The engine takes results in every turn; where it cannot, the attempt is made again
        // after a restart.
        mail.engine.send(.result(attempt.result))
    }
}

/// What the courier thread is told besides its attempts.
enum CourierControl: Sendable {
    case replace([WebhookEndpoint])
    case stop
}

/// What the courier has done since the start, for metrics.
struct CourierStatus: Sendable {
    var accepted: UInt64 = 0
    /// Attempts without an answer, or with another than 2xx.
    var failed: UInt64 = 0

    mutating func count(_ attempt: CompletedAttempt) {
        if attempt.result.outcome.failure == nil {
            accepted += 1
        } else {
            failed += 1
        }
    }
}
