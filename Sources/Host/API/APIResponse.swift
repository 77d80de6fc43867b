import Bridge
import ColdChain
import Wire

/// An answer of the REST API.
struct APIResponse: Equatable, Sendable {
    struct Header: Equatable, Sendable {
        var name: String
        var value: String
    }

    var status: Int
    var contentType = "application/json"
    var headers: [Header] = []
    var body: [UInt8]

    init(status: Int, contentType: String = "application/json", body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    static func json(_ status: Int = 200, _ body: (inout JSONWriter) -> Void) -> APIResponse {
        var writer = JSONWriter()
        writer.object(body)
        return APIResponse(status: status, body: writer.bytes)
    }

    static func text(_ status: Int = 200, _ text: String) -> APIResponse {
        APIResponse(
            status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
    }

    /// `{"error":{"code":…,"message":…}}`: `code` for programs, `message` for people.
    static func error(
        _ status: Int, _ code: String, _ message: String, field: String? = nil
    ) -> APIResponse {
        json(status) { writer in
            writer.name("error")
            writer.object { error in
                error.member("code", code)
                error.member("message", message)
                error.member("field", field)
            }
        }
    }

    static let notFound = error(404, "not_found", "there is nothing at this path")
    static let unauthorized: APIResponse = {
        var response = error(
            401, "unauthorized", "a valid bearer token is needed: Authorization: Bearer …")
        // RFC 9110 §11.6.1: a 401 says how to do better.
        response.headers.append(Header(name: "WWW-Authenticate", value: "Bearer"))
        return response
    }()
    static let forbidden = error(403, "forbidden", "this token does not allow that")
    static let storeUnavailable = error(
        503, "store_unavailable", "the log cannot be written or read at the moment; try again")
    static func unknownOrder(_ id: String) -> APIResponse {
        error(404, "unknown_order", "there is no order \(id)")
    }
    static func unknownDevice(_ id: String) -> APIResponse {
        APIResponse(CommandRefusal.unknownDevice(id))
    }
    static let needsHTTP11 = error(
        505, "http_version", "an export needs HTTP/1.1, by which its end can be told")
    static let tooManyExports = error(
        503, "overloaded", "too many exports are under way; try again when one has ended")
    static let overloaded = error(
        503, "overloaded", "too many requests are waiting; try again in a moment")

    init(_ refusal: CommandRefusal) {
        switch refusal {
        case .unknownOrder:
            self = .error(404, "unknown_order", refusal.description)
        case .orderExists:
            self = .error(409, "order_exists", refusal.description)
        case .orderIsFinal:
            self = .error(409, "order_is_final", refusal.description)
        case .unknownDevice:
            self = .error(404, "unknown_device", refusal.description)
        case .deviceExists:
            self = .error(409, "device_exists", refusal.description)
        case .unknownFrame:
            self = .error(404, "unknown_frame", refusal.description)
        case .unknownAlert(let number):
            self = .unknownAlert(number)
        case .settledAlert:
            self = .error(409, "alert_settled", refusal.description)
        case .alert(let refusal):
            self = .refusal(refusal)
        case .offer(let refusal):
            self = .error(refusal == .unknown ? 404 : 409, refusal.code, refusal.message)
        case .invalid(let field, _):
            self = .error(400, "invalid", refusal.description, field: field)
        }
    }

    init(_ result: Result<CommandAnswer, CommandRefusal>) {
        switch result {
        case .success(let answer): self.init(answer)
        case .failure(let refusal): self.init(refusal)
        }
    }

    init(_ answer: CommandAnswer) {
        switch answer {
        case .created(let order): self = .json(201) { $0.orderMembers(order) }
        case .amended(let order): self = .json { $0.orderMembers(order) }
        case .bound(let custody, let order):
            self = .json(201) { writer in
                writer.member("orderId", order.id)
                writer.custodyMembers(custody)
            }
        case .checkpoint(let checkpoint, let order):
            self = .json(201) { writer in
                writer.member("orderId", order.id)
                writer.checkpointMembers(checkpoint)
            }
        case .registered(let device): self = .json(201) { $0.deviceMembers(device) }
        case .updated(let device): self = .json { $0.deviceMembers(device) }
        case .alert(let alert): self = .alert(alert)
        // The fabric thread, which knows what messages are told under, says more of them.
        case .published(let fates): self.init(fates, isList: true) { _ in "" }
        case .calibrated(let entry): self = .json(201) { $0.calibrationMembers(entry) }
        case .reported: self = APIResponse(status: 204, body: [])
        case .offer(let offer): self = .json { $0.offerMembers(offer) }
        case .removedDevice: self = APIResponse(status: 204, body: [])
        }
    }
}
