import Bridge
import ColdChain
import Fabric
import JSONText
import Journal
import Server
import Wire

/// What a request of the REST API leads to.
enum APIAction: Sendable {
    case respond(APIResponse)
    /// To the engine; its answer is the response.
    case command(Command)
    /// To the engine; what becomes of each is the response.
    case publish(PublishedEvents)
    /// To the engine; its answer is the response.
    case replay(deadLetter: UInt64)
    /// To the reader thread; its answer is the response.
    case read(ReadQuery)
    /// To the engine; its answer is the response.
    case duty(RecordsDuty)
    /// Of the fabric's own state, which whoever asks on the fabric thread answers.
    case inspect(Identity)
}

extension APIAction {
    /// Whether the answer is about persons, so that the audit keeps who of the staff has it.
    fileprivate var isPersonal: Bool {
        switch self {
        case .read(let query): query.isPersonal
        case .inspect: true
        case .respond, .command, .publish, .replay, .duty: false
        }
    }
}

/// A question about what the log holds.
enum ReadQuery: Sendable {
    /// Whoever asks is named, because the order's parties decide whether there is an answer.
    case order(id: String, for: Identity)
    case temperature(order: OrderQuestion, after: LogPosition?, limit: Int)
    case freshness(order: OrderQuestion)
    case flags(order: OrderQuestion)
    case checkpoints(order: OrderQuestion)
    case deadLetters(after: UInt64, limit: Int)
    /// The registry by name, after the name of the device before.
    case devices(after: String, limit: Int)
    case device(id: String)
    /// From the newest to the oldest, those before a number.
    case alerts(AlertFilter, before: UInt64?, limit: Int)
    /// With its history; only where it is of that site, if one is given.
    case alert(number: UInt64, site: String?)
    case calibrations(device: String)
    /// What nobody could decode, most recently seen first.
    case unknownFrames(limit: Int)
    case haccpPlan
    /// Decode a message without recording it.
    case dryRun(DryRunQuestion)
    /// Readings or events, however many: the answer comes in pieces.
    case export(ExportRequest, for: Identity)
    case holds(after: UInt64, limit: Int)
    /// What the log holds of a person, order by order.
    case subject(PersonalSubject, after: UInt32, limit: Int)
    /// Who looked at what, from the newest to the oldest; of one user, if one is given.
    case accesses(before: UInt64?, subject: String?, limit: Int)

    /// Whether the answer is about persons, so that the audit keeps who of the staff has it.
    var isPersonal: Bool {
        switch self {
        case .order, .temperature, .freshness, .flags, .checkpoints, .subject, .export, .accesses:
            true
        case .deadLetters, .devices, .device, .alerts, .alert, .calibrations, .unknownFrames,
            .haccpPlan, .dryRun, .holds:
            false
        }
    }
}

/// What to do about a request.
struct APIDecision: Sendable {
    var action: APIAction
    /// Why it is refused before anything is looked at, for the log.
    var refusal: String?
    /// What the audit is to keep of it.
    var access: ResourceAccess?

    init(_ action: APIAction, refusal: String? = nil) {
        self.action = action
        self.refusal = refusal
    }
}

/// Decides what a request is for, and whether its bearer may ask it.
struct APIRouter {
    private var desk: TokenDesk
    private var rates: RequestRates
    private let health: HealthReport
    let catalogue: MessageCatalogue
    /// Messages of one request.
    let eventsMaximum: Int

    /// Rows of an answer by default and at most.
    private static let defaultRows = 1_000
    private static let maximumRows = 10_000

    init(
        desk: TokenDesk, rates: RequestRates, health: HealthReport,
        catalogue: MessageCatalogue = .empty, eventsMaximum: Int = 100
    ) {
        self.catalogue = catalogue
        self.eventsMaximum = eventsMaximum
        self.desk = desk
        self.rates = rates
        self.health = health
    }

    /// Verifies tokens otherwise from now on.
    mutating func take(_ tokens: TokenSettings) throws(StartError) {
        desk = try TokenDesk(tokens)
    }

    var tokens: TokenDesk { desk }

    /// - Parameter uptime: Milliseconds of a clock that does not go back.
    mutating func decision(
        on request: HTTPRequest, now: Timestamp, uptime: Int64
    ) -> APIDecision {
        let segments = request.head.target.segments
        switch (request.head.method, segments.count) {
        case (.get, _), (.head, _):
            switch segments {
            case ["health", "live"]: return APIDecision(.respond(health.live(now: now)))
            case ["health", "ready"]: return APIDecision(.respond(health.ready(now: now)))
            case ["metrics"]: return APIDecision(.respond(health.metrics(now: now)))
            default: break
            }
        default: break
        }
        let isOfActiveOrders =
            segments == ["v1", "orders", "active"] || segments == ["orders", "active"]
        guard isOfActiveOrders || (segments.first == "v1" && segments.count >= 2) else {
            return APIDecision(.respond(.notFound))
        }
        var identity: Identity
        switch desk.identity(of: request.head, takesQuery: false, now: now) {
        case .success(let verified): identity = verified
        case .failure(let refusal):
            return APIDecision(.respond(refusal.response), refusal: refusal.reason)
        }
        if let refusal = rates.take(identity, now: uptime) {
            return APIDecision(.respond(refusal), refusal: "too many requests")
        }
        identity.from = AddressClass(address: request.clientAddress)
        if segments == ["v1", "tokens", "refresh"] {
            guard request.head.method == .post else {
                return APIDecision(
                    .respond(.methodNotAllowed(request.head.method, allowed: "POST")))
            }
            return APIDecision(.respond(desk.refresh(request.head, now: now)))
        }
        let isOfFabric = isOfActiveOrders || segments[1] == "fabric"
        let action =
            isOfFabric
            ? .inspect(identity) : route(request, Array(segments.dropFirst()), identity, now)
        var decision = APIDecision(action)
        if action.isPersonal, identity.role.seesEverything {
            decision.access = ResourceAccess(
                .read, of: request.head.target.path, by: identity)
        }
        return decision
    }

    private func route(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity, _ now: Timestamp
    ) -> APIAction {
        if let action = recordsAction(request, segments, identity) { return action }
        switch (request.head.method, segments.first, segments.count) {
        case (.post, "orders", 1):
            return command(request, identity) { (json) throws(CommandRefusal) in
                .createOrder(try CommandText.orderFields(json))
            }
        case (.post, "events", 1): return publish(request, identity, now)
        case (.post, "offers", 3) where Self.offerVerbs.contains(segments[2]):
            return answerOffer(segments[1], segments[2], identity)
        case (.get, "orders", 2):
            return .read(.order(id: segments[1], for: identity))
        case (.patch, "orders", 2):
            return command(request, identity) { (json) throws(CommandRefusal) in
                .amendOrder(id: segments[1], try CommandText.orderFields(json))
            }
        case (.post, "orders", 3) where segments[2] == "bags":
            return command(request, identity) { (json) throws(CommandRefusal) in
                try CommandText.binding(json, order: segments[1])
            }
        case (.get, "orders", 3):
            return askOfOrder(request, segments, identity, now)
        case (.post, "orders", 3) where segments[2] == "checkpoints":
            return command(request, identity) { (json) throws(CommandRefusal) in
                try CommandText.checkpoint(
                    json, order: segments[1], recordedBy: identity.subject)
            }
        case (.get, "dead-letters", 1):
            guard identity.role.seesEverything else { return .respond(.forbidden) }
            return page(request, UInt64.init(_:)) { .deadLetters(after: $0 ?? 0, limit: $1) }
        case (.post, "decode", 1):
            guard identity.role.seesEverything else { return .respond(.forbidden) }
            return dryRun(request, now)
        case (.post, "dead-letters", 3) where segments[2] == "replay":
            guard identity.role.seesEverything else { return .respond(.forbidden) }
            guard let number = UInt64(segments[1]) else { return .respond(.notFound) }
            return .replay(deadLetter: number)
        case (.get, "export", 2) where ExportSubject(name: segments[1]) != nil:
            let subject = ExportSubject(name: segments[1])
            // Alerts are for whoever may list them, readings of everybody for staff only.
            let isAllowed = subject == .alerts && identity.alertScope != .none
            guard identity.role.seesEverything || isAllowed else { return .respond(.forbidden) }
            return export(request, subject, order: nil, identity)
        case (.get, "export", 3) where segments[1] == "orders":
            return export(request, .readings, order: segments[2], identity)
        case (.get, "accesses", 1):
            guard identity.role == .administrator else { return .respond(.forbidden) }
            let subject = request.head.target.queryParameter("subject")
            return page(request, UInt64.init(_:)) {
                .accesses(before: $0, subject: subject, limit: $1)
            }
        case (_, "alerts", 1...3):
            return routeAlerts(request, segments, identity, now)
        case (.get, "haccp", 2) where segments[1] == "plan":
            guard identity.role.seesEverything else { return .respond(.forbidden) }
            return .read(.haccpPlan)
        case (_, "devices", 1...2):
            return routeDevices(request, segments, identity)
        case (_, "devices", 3) where segments[2] == "calibrations":
            return routeCalibrations(request, segments[1], identity)
        default:
            return .respond(.notFound)
        }
    }

    /// The registry is for whoever may see everything. A device can be called `unknown` or `adopt`,
    /// and is changed under that name; it is read in the list of all.
    private func routeDevices(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity
    ) -> APIAction {
        guard identity.role.seesEverything else { return .respond(.forbidden) }
        switch (request.head.method, segments.count) {
        case (.get, 1):
            return page(request, { $0 }) { .devices(after: $0 ?? "", limit: $1) }
        case (.post, 1):
            return command(request, identity) { (json) throws(CommandRefusal) in
                .registerDevice(try CommandText.deviceFields(json))
            }
        case (.get, 2) where segments[1] == "unknown":
            return page(request, { $0 }) { .unknownFrames(limit: $1) }
        case (.post, 2) where segments[1] == "adopt":
            return command(request, identity, CommandText.adoption)
        case (.get, 2):
            return .read(.device(id: segments[1]))
        case (.patch, 2):
            return command(request, identity) { (json) throws(CommandRefusal) in
                .updateDevice(id: segments[1], try CommandText.deviceFields(json))
            }
        case (.delete, 2):
            return .command(.removeDevice(id: segments[1]))
        default:
            return .respond(.notFound)
        }
    }

    private func routeCalibrations(
        _ request: HTTPRequest, _ device: String, _ identity: Identity
    ) -> APIAction {
        guard identity.role.seesEverything else { return .respond(.forbidden) }
        switch request.head.method {
        case .get: return .read(.calibrations(device: device))
        case .post:
            return command(request, identity) { (json) throws(CommandRefusal) in
                try CommandText.calibration(json, device: device, enteredBy: identity.subject)
            }
        default:
            return .respond(.notFound)
        }
    }

    private func export(
        _ request: HTTPRequest, _ subject: ExportSubject?, order: String?, _ identity: Identity
    ) -> APIAction {
        // An answer of unknown length that is broken off looks whole to HTTP/1.0.
        guard request.head.isVersion11 else { return .respond(.needsHTTP11) }
        do throws(QueryError) {
            var export = try ExportRequest(
                subject ?? .readings, request.head.target, takesOrder: order == nil)
            export.order = order ?? export.order
            return .read(.export(export, for: identity))
        } catch {
            return .respond(.error(400, "invalid", error.reason, field: error.field))
        }
    }

    private func dryRun(_ request: HTTPRequest, _ now: Timestamp) -> APIAction {
        do throws(DryRunRequestError) {
            return .read(
                .dryRun(try DryRunQuestion(request: request.body, receivedAt: now)))
        } catch {
            let subject = error.field.map { "\($0) " } ?? ""
            return .respond(
                .error(400, error.code, "\(subject)\(error.reason)", field: error.field))
        }
    }

    /// Orders and devices are told by the platform: its staff and its services.
    private func command(
        _ request: HTTPRequest, _ identity: Identity,
        _ decode: (JSON) throws(CommandRefusal) -> Command
    ) -> APIAction {
        guard identity.role.seesEverything else { return .respond(.forbidden) }
        return command(request, decode)
    }

    /// The command of a request's body, whoever asks.
    func command(
        _ request: HTTPRequest, _ decode: (JSON) throws(CommandRefusal) -> Command
    ) -> APIAction {
        do throws(JSONSyntaxError) {
            let json = try JSONText.parse(request.body)
            do throws(CommandRefusal) {
                return .command(try decode(json))
            } catch {
                return .respond(APIResponse(error))
            }
        } catch {
            return .respond(.error(400, "not_json", error.description))
        }
    }

    func page<Position>(
        _ request: HTTPRequest, _ parse: (String) -> Position?,
        default usual: Int = defaultRows, maximum: Int = maximumRows,
        _ query: (Position?, Int) -> ReadQuery
    ) -> APIAction {
        let target = request.head.target
        var after: Position?
        var limit = usual
        if let text = target.queryParameter("after") {
            guard let position = parse(text) else {
                return .respond(
                    .error(
                        400, "invalid", "after must be what an answer gave as next",
                        field: "after"))
            }
            after = position
        }
        if let text = target.queryParameter("limit") {
            guard let number = Int(text), (1...maximum).contains(number) else {
                return .respond(
                    .error(
                        400, "invalid", "limit must be 1 to \(maximum)", field: "limit"))
            }
            limit = number
        }
        return .read(query(after, limit))
    }
}
