internal import ColdChain
package import Crypto
internal import Wire

/// A link of the chain and its hash: kept elsewhere, it proves that the log was not cut short nor
/// made anew before it.
package struct LogHead: Equatable, Sendable {
    package var link: Int64
    package var hash: [UInt8]

    package init(link: Int64, hash: [UInt8]) {
        self.link = link
        self.hash = hash
    }
}

/// A head as it leaves the store: signed, and said to be of which log and when.
package struct SignedHead: Equatable, Sendable {
    private static let label = Array("freshwire/head/1".utf8)

    /// The log's epoch, as `store.epoch` has it.
    package var log: String
    package var head: LogHead
    /// Milliseconds since 1970 in UTC.
    package var at: Int64
    package var key: Ed25519PublicKey
    package var signature: [UInt8]

    package init(
        log: String, head: LogHead, at: Int64, key: Ed25519PublicKey, signature: [UInt8]
    ) {
        self.log = log
        self.head = head
        self.at = at
        self.key = key
        self.signature = signature
    }

    init(
        log: String, head: LogHead, at: Int64, signedBy key: Ed25519SigningKey
    ) throws(StoreError) {
        self.init(log: log, head: head, at: at, key: key.publicKey, signature: [])
        let message = try signedBytes()
        signature = try Chain.checked { () throws(CryptoFailure) in try key.sign(message.span) }
    }

    /// Whether the signature is of this head, by the key that it names.
    package func isSigned() throws(StoreError) -> Bool {
        let message = try signedBytes()
        return key.isSignature(signature.span, of: message.span)
    }

    private func signedBytes() throws(StoreError) -> [UInt8] {
        let bytes = CanonicalBytes()
        bytes.append(raw: SignedHead.label, SignedHead.label.indices)
        try Chain.genesis(ofLog: log).append(to: bytes)
        bytes.append(head.link)
        bytes.append(blob: head.hash)
        bytes.append(at)
        return bytes.array
    }

    /// One line of JSON, without the line's end. Nothing in it needs escaping.
    package var text: String {
        """
        {"format":"freshwire-head/1","log":"\(log)","link":\(head.link),\
        "hash":"\(hexadecimal(head.hash))","at":\(at),"key":"\(hexadecimal(key.bytes))",\
        "signature":"\(hexadecimal(signature))"}
        """
    }
}

/// Signs the head of the chain once in a while, and writes it to a file.
///
/// The file lies beside the store unless it is told otherwise; it proves something once it is copied
/// to where the store's owner cannot change it.
struct HeadExport {
    private let path: String
    private let restMilliseconds: Int64
    private let log: String
    private let key: Ed25519SigningKey
    /// The newest that nobody has taken yet.
    private var signed: SignedHead?
    private var exported: Int64 = -1
    private var rests = Int64.min

    init(_ settings: JournalSettings, log: String, key: Ed25519SigningKey) {
        path = settings.headPath
        restMilliseconds = settings.headIntervalMilliseconds
        self.log = log
        self.key = key
    }

    /// Signs and writes the head where it is due and another than the one before.
    ///
    /// A failure is answered, not thrown: the log goes on without its file.
    mutating func exportIfDue(_ chain: Chain, now: Timestamp) -> StoreError? {
        guard now.milliseconds >= rests, chain.lastLink != exported else { return nil }
        rests = now.advanced(byMilliseconds: restMilliseconds).milliseconds
        do throws(StoreError) {
            let head = LogHead(link: chain.lastLink, hash: chain.head.bytes)
            let signed = try SignedHead(log: log, head: head, at: now.milliseconds, signedBy: key)
            self.signed = signed
            try StoreKey.replace(path, with: Array((signed.text + "\n").utf8), mode: 0o644)
            exported = head.link
            return nil
        } catch {
            return error
        }
    }

    /// The newest head that was signed since the last call.
    mutating func takeSigned() -> SignedHead? {
        defer { signed = nil }
        return signed
    }
}
