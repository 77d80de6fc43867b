package import Crypto

/// A receiver of webhooks, as configured.
package struct WebhookEndpoint: Equatable, Sendable {
    /// Its name in the configuration.
    package var name: String
    /// `https://…`, or `http://…` where `allowsPlainHTTP` or the host is loopback. It may hold a
    /// token, so it is not for logs.
    package var url: Secret
    package var signer: WebhookSigner
    package var addresses = AddressPolicy()
    /// Permits `http`: readings and signatures then travel in the clear.
    package var allowsPlainHTTP = false
    /// For the whole attempt, from the look-up of the name to the last byte; Standard Webhooks asks
    /// for 15 to 30 seconds.
    package var timeoutMilliseconds = 15_000
    /// For look-up, connection and TLS handshake.
    package var connectTimeoutMilliseconds = 5_000
    /// How many attempts may be under way at once; with 1, deliveries arrive in order.
    package var concurrentAttempts = 1
    /// Sent with every delivery, beside those that a delivery has of itself.
    package var headers: [Header] = []
    /// A PEM file of the authorities that the receiver's certificate is checked against, in place
    /// of the system's.
    package var authoritiesFile: String?

    /// A header line; the value may be a credential.
    package struct Header: Equatable, Sendable {
        package var name: String
        package var value: Secret

        package init(_ name: String, _ value: Secret) {
            self.name = name
            self.value = value
        }
    }

    package init(name: String, url: Secret, signer: WebhookSigner) {
        self.name = name
        self.url = url
        self.signer = signer
    }
}

/// What is wrong with an endpoint's settings.
package enum EndpointFault: Equatable, Sendable, CustomStringConvertible {
    /// No absolute URL, or one with a user, a password, a fragment or a zone.
    case url
    /// Neither `https` nor, where that is permitted, `http`.
    case scheme
    /// The URL names an address that deliveries may not connect to.
    case address(IPAddress, AddressPolicy.Refusal)
    /// No header name, a value with a line break, or a header that deliveries set themselves.
    case header(String)
    /// A time-out or number outside its range.
    case range(String)
    case duplicateName

    package var description: String {
        switch self {
        case .url: "the URL is not an absolute one without user, password and fragment"
        case .scheme: "the URL is neither https nor permitted to be http"
        case .address(let address, let refusal): refusal.text(for: address)
        case .header(let name): "the header \(name) cannot be set"
        case .range(let setting): "\(setting) is out of range"
        case .duplicateName: "two endpoints have this name"
        }
    }
}

extension AddressPolicy.Refusal {
    /// In words for the operator.
    package func text(for address: IPAddress) -> String {
        switch self {
        case .ownListener: "\(address) is where this daemon listens"
        case .privateAddress:
            "\(address) is a loopback or private address, which the endpoint does not permit"
        case .special: "\(address) is not an address of a host on the internet"
        }
    }
}
