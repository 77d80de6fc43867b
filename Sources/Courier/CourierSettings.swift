/// How the courier works, for all endpoints together.
package struct CourierSettings: Equatable, Sendable {
    package var endpoints: [WebhookEndpoint]
    /// The program's version, which receivers see in `User-Agent: freshwire/<version>`.
    package var version: String
    /// Attempts under way at once, over all endpoints. Above the number of endpoints (times their
    /// own limit) no endpoint can wait for another one.
    package var concurrentAttempts = 256
    /// Attempts that may wait for an endpoint; one more is answered as failed and comes again by
    /// its schedule.
    package var waitingAttemptsPerEndpoint = 1024
    /// Where this daemon listens, so that no delivery is sent to itself.
    package var ownListeners: [AddressPolicy.Listener] = []

    package init(endpoints: [WebhookEndpoint], version: String) {
        self.endpoints = endpoints
        self.version = version
    }
}

/// Why the courier cannot work.
package enum CourierError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The settings of the endpoint called so.
    case endpoint(String, EndpointFault)
    /// A setting of the courier itself is out of range.
    case settings(String)
    /// The HTTP library refused to go on: give the courier up and make a new one. Attempts without
    /// a result are still owed.
    case transport(String)

    package var description: String {
        switch self {
        case .endpoint(let name, let fault): "webhook endpoint \(name): \(fault)"
        case .settings(let name): "webhooks: \(name) is out of range"
        case .transport(let reason): "webhooks: \(reason)"
        }
    }
}
