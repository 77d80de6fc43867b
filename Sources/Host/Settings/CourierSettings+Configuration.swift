import Configuration
import Courier
import Crypto

extension CourierSettings {
    /// - Parameter listener: Where this daemon listens itself; no delivery goes there.
    init(
        _ webhooks: Configuration.Webhooks, version: String,
        listener: AddressPolicy.Listener?
    ) throws(StartError) {
        var endpoints: [WebhookEndpoint] = []
        for endpoint in webhooks.endpoints { endpoints.append(try WebhookEndpoint(endpoint)) }
        self.init(endpoints: endpoints, version: version)
        concurrentAttempts = webhooks.concurrency
        if let listener { ownListeners = [listener] }
    }
}

extension WebhookEndpoint {
    init(_ endpoint: Configuration.Endpoint) throws(StartError) {
        let secret: WebhookSecret
        let text = try Self.secretText(of: endpoint)
        do throws(WebhookSecretError) {
            secret = try WebhookSecret(text)
        } catch {
            throw StartError("webhook endpoint \(endpoint.name): \(error.description)")
        }
        self.init(
            name: endpoint.name, url: Crypto.Secret(utf8: endpoint.url),
            signer: WebhookSigner(secret))
        addresses.allowsPrivateAddresses = endpoint.allowsPrivateAddresses
        allowsPlainHTTP = endpoint.allowsPrivateAddresses
        timeoutMilliseconds = Int(clamping: endpoint.timeout.wholeMilliseconds)
    }

    private static func secretText(
        of endpoint: Configuration.Endpoint
    ) throws(StartError) -> String {
        if let secret = endpoint.secret {
            return String(decoding: secret.revealed, as: UTF8.self)
        }
        guard let file = endpoint.secretFile else {
            throw StartError("webhook endpoint \(endpoint.name) has no secret")
        }
        do throws(TextFileError) {
            return String(decoding: try TextFile.readSecret(file).revealed, as: UTF8.self)
        } catch {
            throw StartError("webhook endpoint \(endpoint.name): \(error.description)")
        }
    }
}
