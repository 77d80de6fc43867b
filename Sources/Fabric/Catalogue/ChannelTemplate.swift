import ColdChain
import Wire

/// A channel that a type of message goes to, such as `orders.{orderId}`, `cafes.{order.cafe}` or
/// `system.maintenance`.
package struct ChannelTemplate: Equatable, Sendable {
    package enum Subject: Equatable, Sendable {
        case fixed(String)
        case field(String)
        case party(Party)
    }

    /// Who has a part in the order that the message's `orderId` names.
    package enum Party: String, CaseIterable, Sendable {
        case customer
        case driver
        case restaurant
        case cafe
    }

    package var kind: Channel.Kind
    package var subject: Subject

    package init(_ kind: Channel.Kind, _ subject: Subject) {
        self.kind = kind
        self.subject = subject
    }

    /// Reads a template; nil where it is none.
    package init?(_ text: String) {
        guard let dot = text.firstIndex(of: "."),
            let kind = Channel.Kind(family: String(text[..<dot]))
        else { return nil }
        let rest = text[text.index(after: dot)...]
        guard rest.hasPrefix("{"), rest.hasSuffix("}") else {
            let name = String(rest)
            guard Identifier.isOne(name), !name.contains(where: { "{}".contains($0) }) else {
                return nil
            }
            self.init(kind, .fixed(name))
            return
        }
        let name = String(rest.dropFirst().dropLast())
        if name.hasPrefix("order.") {
            guard let party = Party(rawValue: String(name.dropFirst(6))) else { return nil }
            self.init(kind, .party(party))
        } else {
            guard !name.isEmpty else { return nil }
            self.init(kind, .field(name))
        }
    }

    /// As the catalogue writes it.
    package var text: String {
        switch subject {
        case .fixed(let name): "\(kind.family).\(name)"
        case .field(let name): "\(kind.family).{\(name)}"
        case .party(let party): "\(kind.family).{order.\(party.rawValue)}"
        }
    }

    /// The channel of one message; nil where what the template names is not known.
    func channel(of fields: [JSON.Member], order: Order?) -> Channel? {
        let name: String? =
            switch subject {
            case .fixed(let name): name
            case .field(let field): fields.first { $0.name == field }?.value.string
            case .party(let party): order.flatMap { Self.name(of: party, in: $0) }
            }
        return name.map { Channel(kind, $0) }
    }

    private static func name(of party: Party, in order: Order) -> String? {
        switch party {
        case .customer: order.customer
        case .driver: order.driver
        case .restaurant: order.restaurant
        case .cafe: order.cafe
        }
    }
}
