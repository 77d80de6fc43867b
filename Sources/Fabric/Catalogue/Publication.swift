package import ColdChain
package import Wire

/// A message that somebody wants told, found to be what its type says.
package struct Publication: Equatable, Sendable {
    /// The publisher's own name for the message: the same again is the same message.
    package var id: String
    package var type: MessageType
    /// In the order of the type's fields.
    package var fields: [JSON.Member]
    /// When it happened, where the publisher says so.
    package var occurredAt: Timestamp?
    package var publisher: Identity
    /// What the type asks of this publisher beside the fields.
    package var terms: PublicationTerms

    package subscript(_ field: String) -> JSON? { fields.first { $0.name == field }?.value }

    /// The fields that are told, as a JSON object.
    package var data: [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { data in
            for field in fields where type.field(field.name)?.isAddress != true {
                data.name(field.name)
                data.value(field.value)
            }
        }
        return writer.bytes
    }

    /// The channels it goes to, each once.
    package func channels(order: Order?) -> [Channel] {
        var channels: [Channel] = []
        for template in type.channels {
            guard let channel = template.channel(of: fields, order: order),
                !channels.contains(channel)
            else { continue }
            channels.append(channel)
        }
        return channels
    }
}

/// Why a message is not published.
package struct PublicationRefusal: Error, Equatable, Sendable {
    package enum Code: String, CaseIterable, Sendable {
        case invalid = "INVALID_MESSAGE"
        case unknownType = "UNKNOWN_TYPE"
        case missingField = "MISSING_FIELD"
        case invalidField = "INVALID_FIELD"
        case unknownField = "UNKNOWN_FIELD"
        case accessDenied = "ACCESS_DENIED"
        case invalidOrderStatus = "INVALID_ORDER_STATUS"
        case unknownOffer = "UNKNOWN_OFFER"
        case offerTaken = "OFFER_TAKEN"
        case offerExpired = "OFFER_EXPIRED"
        case offerDeclined = "OFFER_DECLINED"
        case noDriverNear = "NO_DRIVER_NEAR"
        case rateLimit = "RATE_LIMIT_EXCEEDED"
        case overloaded = "OVERLOADED"
        /// The log cannot be written at the moment.
        case unavailable = "STORE_UNAVAILABLE"
    }

    package var code: Code
    package var message: String
    package var field: String?

    package init(_ code: Code, _ message: String, field: String? = nil) {
        self.code = code
        self.message = message
        self.field = field
    }

    package static let accessDenied = PublicationRefusal(
        .accessDenied, "This token does not allow that.")
    package static let unavailable = PublicationRefusal(
        .unavailable, "The log cannot be written at the moment: try again.")
    package static let overloaded = PublicationRefusal(
        .overloaded, "Too many messages wait to be recorded: try again in a moment.")
}

/// What became of a message.
package struct PublicationFate: Equatable, Sendable {
    package enum Outcome: Equatable, Sendable {
        /// Recorded, or for the state class told; a record has its number in the log.
        case accepted(number: UInt64?)
        /// It had been accepted before, and nothing was told again.
        case repeated(number: UInt64?)
        case refused(PublicationRefusal)
    }

    /// As the publisher named the message; nil where it could not be read.
    package var id: String?
    package var outcome: Outcome

    package init(id: String?, _ outcome: Outcome) {
        self.id = id
        self.outcome = outcome
    }

    package var refusal: PublicationRefusal? {
        guard case .refused(let refusal) = outcome else { return nil }
        return refusal
    }

    package var number: UInt64? {
        switch outcome {
        case .accepted(let number), .repeated(let number): number
        case .refused: nil
        }
    }
}

/// A message as it came in, judged by the catalogue.
package struct JudgedMessage: Equatable, Sendable {
    package var id: String?
    package var result: Result<Publication, PublicationRefusal>

    package init(id: String?, _ result: Result<Publication, PublicationRefusal>) {
        self.id = id
        self.result = result
    }
}
