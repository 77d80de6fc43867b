/// What the server knows of one connection. Kept small: ten thousand idle ones are normal.
struct Connection {
    enum Phase: UInt8 {
        /// The slot is not in use.
        case free
        /// The head of a request is awaited or coming.
        case head
        /// The body of a request is coming.
        case body
        /// A request is with the owner, or its answer is being sent.
        case answering
        /// An answer without a length is being sent, from the outbox, until it is closed.
        case streaming
        /// A WebSocket.
        case open
        /// A WebSocket whose peer broke the rules: it is not read, and what it is owed for its
        /// earlier messages is sent before the close frame.
        case failing
        /// A WebSocket whose close frame is sent; the peer's is awaited.
        case closing
        /// All is sent and the line shut from this side; the peer's end is awaited, so that what it
        /// still sends does not make the kernel throw away what it has yet to read.
        case lingering
        /// To be destroyed at the end of the turn.
        case ended
    }

    /// Nil in a free slot.
    var library: LibraryConnection?
    var generation: UInt32 = 0
    /// Counts the requests.
    var serial: UInt32 = 0
    var phase: Phase = .free
    /// Whether the slot waits for a flush, in the queue or, while choked, outside of it.
    var isQueued = false
    /// Whether the library holds bytes that the kernel did not take.
    var isChoked = false
    /// Whether the peer's bytes are left with the kernel.
    var isInputHeld = false
    /// Whether the owner knows of a WebSocket or a stream and has yet to be told of its end.
    var owesClosed = false
    /// The status with which the connection is refused, whatever it asks; zero where it is taken.
    var refusal: UInt16 = 0
    /// Bytes of `input` in which no end of a head was found.
    var searched = 0
    /// When the present phase has lasted too long, in milliseconds of the server's clock.
    var deadline = Int64.max
    /// When anything was last heard from a WebSocket's peer.
    var heardAt: Int64 = 0
    var pingAt = Int64.max
    /// Received bytes that are not understood yet.
    var input: [UInt8] = []
    var reader = FrameReader()
    /// The longest message that the peer can be sent in its compressed form; zero where it did not
    /// agree to any.
    var compressibleBytes = 0
    /// The close frame that is to follow what the outbox holds; empty while none is.
    var closeFrame: [UInt8] = []
    /// Whether a stream is to end behind what the outbox holds.
    var endsStream = false
    /// Whether what the outbox gives goes out in chunks.
    var isChunked = false
    /// What the end will be reported as, where that is known before it comes.
    var closure: Closure?
    /// The request whose answer is due.
    var exchange: HTTPExchange?
    /// Requests that are with the owner behind it, in their order.
    var following: [HTTPExchange] = []

    /// The requests that are not answered, in their order.
    var exchanges: [HTTPExchange] { exchange.map { [$0] + following } ?? [] }

    /// The one of them that was read as the `serial`th.
    func exchange(_ serial: UInt32) -> HTTPExchange? {
        exchange?.serial == serial ? exchange : following.first { $0.serial == serial }
    }

    /// The request that was read last, of those that are not answered.
    var lastExchange: HTTPExchange? { following.last ?? exchange }
}

/// A request under way and its answer. Connections that are WebSockets have none.
final class HTTPExchange {
    let head: RequestHead
    /// Which request of the connection it is.
    let serial: UInt32
    /// Whether the owner has been told of the request.
    var isWithOwner = false
    /// The encoded answer, and how much of it the library has taken.
    var answer: [UInt8] = []
    var sent = 0
    var closesAfterwards = false
    /// Of an answer in pieces; nil where the answer is whole, or has not begun.
    var pieces: Pieces?

    /// Whether the owner has yet to answer, or to give more of its answer.
    var isOwed: Bool { isWithOwner && (pieces != nil || answer.isEmpty) }

    var isUnanswered: Bool { answer.isEmpty && pieces == nil }

    enum Pieces {
        /// The owner has yet to give the next piece.
        case awaited
        /// A piece is on its way, and more will be asked for behind it.
        case sending
        /// The last one is on its way.
        case ending
    }

    init(head: RequestHead, serial: UInt32) {
        self.head = head
        self.serial = serial
    }
}
