package import Wire

extension SocketIOSession {
    /// Takes a text message of the client.
    ///
    /// - Parameter parse: reads JSON text, nil where it is none. It gets no text that is nested deeper
    ///   than `limits.jsonDepth`.
    package mutating func receive(
        text: ArraySlice<UInt8>, now: Int64, parse: (ArraySlice<UInt8>) -> JSON?
    ) {
        guard !hasEnded else { return }
        do throws(SocketIOPacketError) {
            guard assembly == nil else { throw .outOfTurn }
            let packet = try SocketIOPacket(text: text, limits: limits, parse: parse)
            assembly = BinaryAssembly(packet, deadline: now + limits.attachmentTimeout)
            if assembly == nil { take(packet, attachments: []) }
        } catch {
            fail()
        }
    }

    /// Takes a binary message of the client, which belongs to the packet before it.
    package mutating func receive(binary: [UInt8]) {
        guard !hasEnded else { return }
        guard assembly?.take(binary, limit: limits.attachmentBytes) == true else {
            fail()
            return
        }
        guard let complete = assembly, complete.isComplete else { return }
        assembly = nil
        take(complete.packet, attachments: complete.attachments)
    }

    private mutating func take(_ packet: SocketIOPacket, attachments: [[UInt8]]) {
        if case .connect(let auth) = packet.content {
            ask(packet.namespace, auth: auth)
            return
        }
        guard isJoined(packet.namespace) else {
            fail()
            return
        }
        switch packet.content {
        case .disconnect: leave(packet.namespace, .byClient)
        case .event(let values, let number):
            takeEvent(
                SocketIOArguments(values, attachments: attachments), packet.namespace, number)
        case .acknowledgement(let values, let number):
            takeAcknowledgement(
                SocketIOArguments(values, attachments: attachments), packet.namespace, number)
        case .connect, .connectError: fail()
        }
    }

    private mutating func ask(_ namespace: String, auth: JSON?) {
        guard namespaces[namespace] == nil, namespaces.count < limits.namespaces else {
            fail()
            return
        }
        namespaces[namespace] = .asked
        effects.events.append(
            .connectRequested(namespace: namespace, auth: auth, recovery(in: auth)))
    }

    private func recovery(in auth: JSON?) -> RecoveryRequest? {
        guard let session = auth?["pid"]?.string, !session.isEmpty,
            session.utf8.count <= limits.recoveryBytes
        else { return nil }
        let offset = auth?["offset"]?.string
        guard offset?.utf8.count ?? 0 <= limits.recoveryBytes else { return nil }
        return RecoveryRequest(session: session, offset: offset)
    }

    private mutating func takeEvent(
        _ event: SocketIOArguments, _ namespace: String, _ number: UInt64?
    ) {
        guard let first = event.values.first else { return }
        // A number is a name like any other: clients find handlers by its text.
        let name = first.string ?? first.text
        let arguments = SocketIOArguments(
            Array(event.values.dropFirst()), attachments: event.attachments)
        effects.events.append(
            .event(namespace: namespace, name: name, arguments, acknowledgement: number))
    }

    /// One that nobody waits for, such as one that is late, says nothing.
    private mutating func takeAcknowledgement(
        _ arguments: SocketIOArguments, _ namespace: String, _ number: UInt64
    ) {
        if number >= CallbackNumbers.least, namespace == SocketIOPacket.mainNamespace {
            effects.events.append(.calledBack(number, arguments))
            return
        }
        guard confirmations[number]?.namespace == namespace else { return }
        confirmations[number] = nil
        effects.events.append(.acknowledged(number, arguments))
    }
}
