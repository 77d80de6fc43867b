import Bridge
import ColdChain
import Courier
import Fabric
import Server
import System

/// How the four loops reach each other: a mailbox in each direction, and the newest status of each.
struct Mail: Sendable {
    /// Wakes the engine.
    let engineWakeUp: WakeUp
    let engine: Mailbox<EngineMessage>

    /// To the fabric thread.
    let publications: Mailbox<PublishedEvent>
    let answers: Mailbox<Answer>
    /// Of answers that the reader thread gives in pieces.
    let pieces: Mailbox<AnswerPiece>
    /// What the reader thread found for those who come back.
    let historyPages: Mailbox<HistoryPage>
    let fabricControl: Mailbox<FabricControl>
    /// Set when publications did not fit: the fabric thread then closes every connection with a
    /// code that says to come back and ask anew.
    let hasLostPublications = Latest(false)
    /// Set by the fabric thread as soon as it can be woken.
    let fabricWaker: Latest<ServerWaker?>

    /// To the courier thread.
    let attempts: Mailbox<DeliveryAttempt>
    let courierControl: Mailbox<CourierControl>
    let courierWaker: Latest<CourierWaker?>

    /// To the reader thread.
    let readerWakeUp: WakeUp
    let reader: Mailbox<ReaderMessage>

    /// Also gets every publication; nil where nobody observes.
    let observer: Mailbox<PublishedEvent>?

    /// Set as soon as the daemon is to end: it is not ready any more.
    let isEnding = Latest(false)
    /// Given when every client of the fabric thread is gone, or had its time.
    let drained = OneShot<Void>()

    let engineStatus = Latest(EngineStatus())
    let fabricStatus = Latest(FabricStatus())
    let courierStatus = Latest(CourierStatus())
    let proofStatus = Latest(ProofStatus())

    /// Values that wait in a mailbox at most: far more than a turn brings, so that only a thread
    /// that is stuck fills one.
    private static let capacity = 1 << 20

    init(observer: Mailbox<PublishedEvent>?) throws(SystemError) {
        self.observer = observer
        let engineWakeUp = try WakeUp()
        let readerWakeUp = try WakeUp()
        let fabricWaker = Latest<ServerWaker?>(nil)
        let courierWaker = Latest<CourierWaker?>(nil)
        let wakeFabric: @Sendable () -> Void = { fabricWaker.get()?.wake() }
        let wakeCourier: @Sendable () -> Void = { courierWaker.get()?.wake() }
        self.engineWakeUp = engineWakeUp
        self.readerWakeUp = readerWakeUp
        self.fabricWaker = fabricWaker
        self.courierWaker = courierWaker
        engine = Mailbox(capacity: Self.capacity) { engineWakeUp.signal() }
        reader = Mailbox(capacity: Self.capacity) { readerWakeUp.signal() }
        publications = Mailbox(capacity: Self.capacity, wake: wakeFabric)
        answers = Mailbox(capacity: Self.capacity, wake: wakeFabric)
        pieces = Mailbox(capacity: Self.capacity, wake: wakeFabric)
        historyPages = Mailbox(capacity: Self.capacity, wake: wakeFabric)
        fabricControl = Mailbox(capacity: 16, wake: wakeFabric)
        attempts = Mailbox(capacity: Self.capacity, wake: wakeCourier)
        courierControl = Mailbox(capacity: 16, wake: wakeCourier)
    }

    /// Lets the clients go, while everything else runs on.
    func beginEnding() {
        isEnding.set(true)
        fabricControl.send(.drain)
    }

    func stopEngine() {
        engine.send(.stop)
    }

    func stopOthers() {
        fabricControl.send(.stop)
        courierControl.send(.stop)
        reader.send(.stop)
    }
}
