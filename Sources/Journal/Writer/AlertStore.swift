internal import Bridge
internal import ColdChain
internal import Crypto
internal import Fabric
internal import Wire

/// Keeps alerts as they are, each state they came to, and what people did about them.
struct AlertStore {
    private let chain: Chain
    private let put: Statement
    private let state: Statement
    private let add: Statement
    private var next: Int64

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        put = try database.prepare(
            """
            INSERT INTO alerts(number, kind, order_number, order_id, bag, device, restaurant, cafe,
                raised_at, is_standing, is_acknowledged, is_closed, review_due, revision, state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            ON CONFLICT(number) DO UPDATE SET
                is_standing = excluded.is_standing, is_acknowledged = excluded.is_acknowledged,
                is_closed = excluded.is_closed, review_due = excluded.review_due,
                revision = excluded.revision, state = excluded.state
            WHERE revision < excluded.revision
            """)
        state = try database.prepare("SELECT revision, state FROM alerts WHERE number = ?1")
        add = try database.prepare(
            """
            INSERT INTO staff_actions(number, alert, revision, state_hash, performed_at, subject,
                role, action, printed_name, meaning, reason, request)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
        next = try database.firstFreeNumber(
            after: .staffActionsErasedThrough, in: "staff_actions", column: "number")
        next = max(next, try database.chainedThrough(.staffAction) + 1)
    }

    /// Records what was done first, with the hash of the state it was done to.
    mutating func record(_ record: AlertRecord) throws(StoreError) {
        if let action = record.action { try add(action, to: record.alert.number) }
        let alert = record.alert
        put.bind(1, alert.number)
        put.bind(2, alert.kind.code)
        put.bind(3, alert.subject.order.map { Int64($0.number.rawValue) })
        put.bind(4, alert.subject.order?.id)
        put.bind(5, alert.subject.bag)
        put.bind(6, alert.subject.device)
        put.bind(7, alert.subject.order?.restaurant)
        put.bind(8, alert.subject.order?.cafe)
        put.bind(9, alert.raisedAt.milliseconds)
        put.bind(10, alert.isStanding ? 1 : 0)
        put.bind(11, alert.isAcknowledged ? 1 : 0)
        put.bind(12, alert.isClosed ? 1 : 0)
        put.bind(13, alert.reviewDue?.milliseconds)
        put.bind(14, alert.revision)
        put.bind(15, text: AlertText.state(of: alert))
        guard try put.runCounting() == 1 else {
            throw StoreError(
                kind: .contradiction,
                message: "alert \(alert.number) is in the log with a later revision",
                statement: "put alert")
        }
    }

    private mutating func add(
        _ action: StaffActionRecord, to alert: UInt64
    ) throws(StoreError) {
        let hash = try stateHash(of: alert, revision: action.seen)
        let request = action.deed.requestText()
        add.bind(1, next)
        add.bind(2, alert)
        add.bind(3, action.seen)
        add.bind(4, blob: hash)
        add.bind(5, action.at.milliseconds)
        add.bind(6, action.by.subject)
        add.bind(7, action.by.role)
        add.bind(8, action.deed.change.rawValue)
        add.bind(9, action.deed.printedName)
        add.bind(10, action.deed.meaning?.name)
        add.bind(11, action.deed.text)
        add.bind(12, text: request)
        try add.run()
        try chain.begin(.staffAction)
        chain.payload.append(next)
        chain.payload.append(Int64(bitPattern: alert))
        chain.payload.append(Int64(bitPattern: action.seen))
        chain.payload.append(blob: hash)
        chain.payload.append(action.at.milliseconds)
        chain.payload.append(text: action.by.subject)
        chain.payload.append(text: action.by.role)
        chain.payload.append(text: action.deed.change.rawValue)
        chain.payload.append(text: action.deed.printedName)
        chain.payload.append(text: action.deed.meaning?.name)
        chain.payload.append(text: action.deed.text)
        unsafe request.withUnsafeBytes { unsafe chain.payload.append(text: $0) }
        try chain.end(.staffAction, row: next)
        next += 1
    }

    /// The hash of the state that somebody acted upon, which the log must hold.
    private func stateHash(of alert: UInt64, revision: UInt64) throws(StoreError) -> [UInt8] {
        state.bind(1, alert)
        defer { state.reset() }
        guard try state.step(), state.number(0) == revision else {
            throw StoreError(
                kind: .contradiction,
                message: "alert \(alert) was acted upon at another revision than the log has",
                statement: "alert state")
        }
        return try StateHash.of(state.bytes(1))
    }
}

/// SHA-256 of an alert's text: what a signature is bound to.
enum StateHash {
    static func of(_ state: [UInt8]) throws(StoreError) -> [UInt8] {
        try Chain.checked { () throws(CryptoFailure) in try sha256(state.span) }.bytes
    }
}

extension CanonicalBytes {
    fileprivate func append(text: String?) {
        if let text { append(text: text) } else { appendNull() }
    }
}

extension AlertKind {
    /// As the log numbers it, in `alert_kinds`.
    var code: Int64 {
        switch self {
        case .excursion: 1
        case .dataLoss: 2
        case .silence: 3
        case .brokerUnreachable: 4
        }
    }

    static let codes: [(Int64, String)] = zip(1..., names).map { (Int64($0), $1) }
}

extension StaffDeed {
    /// What was asked, as JSON.
    func requestText() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            switch self {
            case .acknowledge(let text): writer.member("text", text)
            case .assign(let assignee):
                writer.name("assignee")
                if let assignee { writer.value(assignee) } else { writer.null() }
            case .comment(let text): writer.member("text", text)
            case .act(let action), .release(let action, _): writer.actionMembers(action)
            case .close(let reason, let text, _):
                writer.member("reason", reason.name)
                writer.member("text", text)
            case .sign(let meaning, let text, _):
                writer.member("meaning", meaning.name)
                writer.member("text", text)
            }
            writer.member("printedName", printedName)
        }
        return writer.bytes
    }
}
