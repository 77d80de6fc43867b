import Wire

/// How sensitive members of messages are kept from everybody but their recipient (T-14).
package struct FieldSealing {
    let key: (Identity) -> Int?
    let sealed: ([UInt8], Int) -> [UInt8]?
    /// Whether they are left out for those whose key is not known; otherwise they go in clear.
    let isRequired: Bool

    /// - Parameters:
    ///   - key: The key that is for a user; nil where none is known.
    ///   - sealed: Encrypts the text of a JSON object for a key, as a compact JWE; nil where that
    ///     fails.
    package init(
        key: @escaping (Identity) -> Int?, sealed: @escaping ([UInt8], Int) -> [UInt8]?,
        isRequired: Bool
    ) {
        self.key = key
        self.sealed = sealed
        self.isRequired = isRequired
    }
}

/// How much of a record a connection is told.
enum Disclosure: Hashable {
    case whole
    /// Sensitive members encrypted for a key.
    case sealed(Int)
    /// Without sensitive members.
    case reduced
}

extension Fabric {
    /// Whether not everybody is told the same of a record.
    func isSealed(_ record: RecordText) -> Bool {
        sealing != nil && texts.catalogue.sensitiveMembers(of: record.type) != nil
    }

    /// How much of a record with sensitive members a connection is told.
    private func disclosure(to place: Int) -> Disclosure {
        guard let sealing, let identity = connections.peers[place]?.identity else {
            return .reduced
        }
        if let key = sealing.key(identity) { return .sealed(key) }
        return sealing.isRequired ? .reduced : .whole
    }

    /// A record as one connection is told it.
    func disclosed(_ record: RecordText, to place: Int) -> RecordText {
        guard isSealed(record) else { return record }
        return disclosed(record, as: disclosure(to: place))
    }

    /// A record that cannot be read, or not encrypted, is told without what it says.
    private func disclosed(_ record: RecordText, as disclosure: Disclosure) -> RecordText {
        guard disclosure != .whole,
            let sensitive = texts.catalogue.sensitiveMembers(of: record.type)
        else { return record }
        let members = texts.fields.value(of: record)?.members ?? []
        let kept = members.filter { !sensitive.contains($0.name) }
        let hidden = members.filter { sensitive.contains($0.name) }
        var told = record
        var writer = JSONWriter(capacity: record.data.count)
        writer.object { data in
            for member in kept {
                data.name(member.name)
                data.value(member.value)
            }
            guard case .sealed(let key) = disclosure, !hidden.isEmpty,
                let jwe = sealing?.sealed(JSON.object(hidden).bytes, key)
            else { return }
            data.member(Self.sealedMember, String(decoding: jwe, as: UTF8.self))
        }
        told.data = writer.bytes
        return told
    }

    /// The member that holds the sensitive ones, as a JSON object that is encrypted.
    private static let sealedMember = "sealed"

    /// Puts a record with sensitive members into the outboxes of those who follow one of the
    /// channels in a dialect: one frame for each key, and each encrypted once.
    mutating func deliverSealed(
        _ record: RecordText, _ id: MessageID, by channel: Int?, to followed: Range<Int>,
        of references: EventChannels, _ dialect: Dialect, _ tooSlow: inout [Int]
    ) {
        var readers: [Disclosure: [Subscriber]] = [:]
        for position in followed {
            let place = Int(references[position].place)
            for subscriber in channels.subscribers(of: place, in: dialect) {
                readers[disclosure(to: Int(subscriber.connection)), default: []]
                    .append(subscriber)
            }
        }
        for (disclosure, subscribers) in readers {
            let told = disclosed(record, as: disclosure)
            let frame = frames.add(channels: references, isInHistory: record.number != nil) {
                texts.append(told, id: id, by: channel, in: dialect, to: &$0)
            }
            guard let frame else { continue }
            markIfCritical(frame, record)
            offer(frame, isInHistory: record.number != nil, to: subscribers, &tooSlow)
            frames.releaseIfUnread(frame)
        }
    }
}
