import Configuration
import Crypto
import Fabric
import Host
import System

/// The roles that mean something to the fabric, as tokens name them.
private let roles =
    "customer, driver, merchant, employee, manager, support, admin, staff or food_safety"

extension Command {
    static let token = Command(
        name: "token", summary: "Makes a bearer token for the REST API and the WebSocket.",
        options: [
            Setup.configurationOption,
            Option("role", "ROLE", "\(roles) (default staff)."),
            Option(
                "subject", "ID",
                "Who it is for: the customer's, driver's or user's id (default: the role)."),
            Option(
                "site", "ID",
                "The restaurant or cafe of a merchant, a manager, an employee or a guest."),
            Option("counters", "ID", "The counters of an employee; several: A,B."),
            Option(
                "scope", "SCOPE",
                "The channels it opens alone, such as orders.17, or food_safety; several: A,B."),
            Option("name", "NAME", "The person's name, which signatures of alerts then print."),
            Option(
                "tier", "TIER",
                "How much the person may ask of the API: standard, premium or enterprise."),
            Option("hours", "N", "How long it holds (default 1)."),
        ],
        examples: [
            (
                "curl -H \"Authorization: Bearer $(freshwire token)\" localhost:8080/v1/orders/ORD-1",
                "Asks for an order as staff."
            ),
            (
                "freshwire token --role food_safety --subject maria --name 'Maria Ruiz'",
                "Decides on food and signs alerts under that name."
            ),
            (
                "freshwire token --role customer --subject cust-7",
                "Sees only that customer's orders."
            ),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let configuration = try Setup.configuration(arguments)
        let hours = try arguments.integer("hours", default: 1, in: 1...8_760)
        let role = arguments["role"] ?? "staff"
        guard Role(name: role) != nil else {
            throw Failure("there is no role '\(role)'", hint: "it is \(roles)", code: .usage)
        }
        var grant = TokenGrant(
            subject: arguments["subject"] ?? role, role: role,
            scopes: (arguments["scope"] ?? "").split(separator: ",").map(String.init),
            site: arguments["site"], name: arguments["name"],
            lifetimeSeconds: Int64(hours) * 3600)
        grant.counters = (arguments["counters"] ?? "").split(separator: ",").map(String.init)
        grant.tier = arguments["tier"]
        StandardStream.output.write(try grant.token(configuration) + "\n")
        return 0
    }
}

extension TokenGrant {
    /// A token that the daemon of this configuration accepts.
    func token(_ configuration: Configuration) throws(Failure) -> String {
        do {
            guard let secret = try TokenKeys.hs256Secret(configuration) else {
                throw Failure(
                    "only public keys are configured: the tokens come from elsewhere",
                    code: .configuration)
            }
            let issuer = try TokenIssuer(
                secret: secret, issuer: configuration.authentication.issuer,
                audience: configuration.authentication.audience)
            return try issuer.issue(self, now: Clock.wallMilliseconds())
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure("\(error)", code: .failure)
        }
    }
}
