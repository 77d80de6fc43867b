import Bridge
import ColdChain
import Fabric
import Server
import System

// Who comes, and what the fabric thread is told of keys and the audit of looks.
extension FabricLoop {
    func identity(
        of request: UpgradeRequest, takesQuery: Bool, now: Moment
    ) -> Result<Identity, AccessRefusal> {
        router.tokens.identity(
            of: request.head, subprotocols: request.subprotocols, takesQuery: takesQuery,
            now: now.wall
        ).map { $0.coming(from: request.clientAddress) }
    }

    /// Has the audit keep what was looked at.
    func record(_ accesses: [ResourceAccess], at now: Timestamp) {
        guard !accesses.isEmpty else { return }
        if !mail.engine.send(.accesses(accesses.map { AccessRecord($0, at: now) })) {
            log.error("accesses not in the audit", ["count": "\(accesses.count)"])
        }
    }

    func take(_ message: FabricControl, now: Moment) {
        switch message {
        case .drain: beginDrain(now: now)
        case .hurry: fabric.hurryDrain()
        case .stop: isStopping = true
        case .tokens(let settings):
            do throws(StartError) {
                try router.take(settings)
                fabric.closeRevoked { router.tokens.hasRevoked($0) }
            } catch {
                log.error("token keys not taken over", ["reason": error.description])
            }
        }
    }
}

/// What the fabric thread is told besides its mail.
enum FabricControl: Equatable, Sendable {
    /// Let the clients go one after the other.
    case drain
    /// Let those go at once that are left.
    case hurry
    case stop
    /// Verify tokens by these from now on.
    case tokens(TokenSettings)
}

extension Dialect {
    /// The dialect that is spoken over a WebSocket of a path.
    init?(path: [String]) {
        switch path {
        case ["v1", "realtime"]: self = .wia
        case ["v1"]: self = .tableTap
        case ["tracking"]: self = .tracking
        case ["realtime"]: self = .booking
        default: return nil
        }
    }

    /// The name that a client may offer among its subprotocols. A browser that shows its token
    /// there gives up where none of what it offers is taken.
    var subprotocol: String? {
        switch self {
        case .wia: "wia-ind-009-v1"
        case .tableTap: "tabletap-v1"
        case .tracking: "tracking-v1"
        case .booking: "booking-v1"
        case .eventStream, .socketIO: nil
        }
    }
}

extension Identity {
    func coming(from address: String) -> Identity {
        var identity = self
        identity.from = AddressClass(address: address)
        return identity
    }
}
