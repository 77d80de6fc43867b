import Wire

/// How messages are signed and signatures verified (W-14, T-14).
///
/// What is signed are the bytes of type, identifier, timestamp and payload one behind the other, the
/// payload as it goes over the wire: the text of a JSON value is not unique, so that a payload
/// written anew could not be verified.
package struct MessageSigning {
    /// The signature of what is sent, in hexadecimal digits; nil where there is none.
    let signature: ([UInt8]) -> [UInt8]?
    /// Whether a signature of these bytes is the user's.
    let isGenuine: (_ signed: [UInt8], _ signature: [UInt8], _ user: String) -> Bool
    /// Whether clients have to sign.
    let isRequired: Bool

    /// - Parameters:
    ///   - signature: Signs what is sent; nil where it goes unsigned.
    ///   - isGenuine: Verifies what a user signed, in constant time.
    ///   - isRequired: Whether a message of a client without a signature is refused.
    package init(
        signature: @escaping ([UInt8]) -> [UInt8]?,
        isGenuine: @escaping (_ signed: [UInt8], _ signature: [UInt8], _ user: String) -> Bool,
        isRequired: Bool
    ) {
        self.signature = signature
        self.isGenuine = isGenuine
        self.isRequired = isRequired
    }
}

/// What is wrong with the signature of a client's message.
enum SignatureFault {
    case missing
    case wrong
}

/// Where the parts of a message stand that its signature is about.
struct SignedMembers {
    let id: String
    let payload: String

    static let wia = SignedMembers(id: "id", payload: "payload")
    static let tableTap = SignedMembers(id: "messageId", payload: "data")
}

extension Dialect {
    /// Nil where messages have no signature.
    var signedMembers: SignedMembers? {
        switch self {
        case .wia: .wia
        case .tableTap: .tableTap
        case .tracking, .booking, .eventStream, .socketIO: nil
        }
    }
}

/// The signature of a message that is being written.
struct MessageSignature {
    let signing: MessageSigning

    init(_ signing: MessageSigning) {
        self.signing = signing
    }

    /// Adds the signature to a message whose payload stands from `start` to the end of its text.
    func append(
        to message: inout JSONWriter, type: String, id: some Sequence<UInt8>,
        timestamp milliseconds: Int64, payloadFrom start: Int, through end: Int
    ) {
        var signed = Array(type.utf8)
        signed.append(contentsOf: id)
        RFC3339.append(milliseconds, to: &signed)
        signed.append(contentsOf: message.bytes[start..<end])
        guard let signature = signing.signature(signed) else { return }
        message.member("signature", String(decoding: signature, as: UTF8.self))
    }
}

extension Fabric {
    /// What is wrong with the signature of a client's message; nil where nothing is.
    ///
    /// - Parameter text: The message as it came.
    func signatureFault(
        of message: JSON, as text: ReceivedText, from place: Int
    ) -> SignatureFault? {
        guard let signing, let peer = connections.peers[place],
            let members = peer.dialect.signedMembers
        else { return nil }
        guard let signature = message["signature"], signature != .null else {
            return signing.isRequired ? .missing : nil
        }
        guard let signature = signature.string,
            let payload = text.bytes(
                of: members.payload, isPresent: message[members.payload] != nil)
        else { return .wrong }
        var signed: [UInt8] = []
        for part in [message["type"], message[members.id], message["timestamp"]] {
            switch part {
            case nil, .null: break
            case .string(let part): signed.append(contentsOf: part.utf8)
            default: return .wrong
            }
        }
        signed.append(contentsOf: payload)
        let isGenuine = signing.isGenuine(signed, Array(signature.utf8), peer.identity.subject)
        return isGenuine ? nil : .wrong
    }
}

extension Fabric {
    mutating func refuse(
        _ fault: SignatureFault, of message: JSON, _ place: Int, now: Moment
    ) {
        switch connections.peers[place]?.dialect {
        case .wia: refuseWIASignature(fault, of: message, place, now: now)
        case .tableTap: refuseTableTapSignature(fault, of: message, place, now: now)
        case .tracking, .booking, .eventStream, .socketIO, nil: break
        }
    }
}

/// A client's message as it came over the wire.
package struct ReceivedText: Equatable, Sendable {
    let bytes: [UInt8]
    let isPacked: Bool

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        isPacked = false
    }

    /// In MessagePack.
    init(packed bytes: [UInt8]) {
        self.bytes = bytes
        isPacked = true
    }

    /// What a host has that keeps no text: nothing can be verified then.
    package static let none = ReceivedText([])

    /// The bytes of a member; none where it is absent, nil where they cannot be told.
    fileprivate func bytes(of name: String, isPresent: Bool) -> ArraySlice<UInt8>? {
        let place =
            isPacked
            ? MessagePack.place(of: name, in: bytes) : RawMember.place(of: name, in: bytes)
        switch place {
        case .absent: return isPresent ? nil : []
        case .at(let range): return bytes[range]
        case .unclear: return nil
        }
    }
}
