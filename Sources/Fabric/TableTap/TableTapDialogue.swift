import ColdChain
import Wire

extension Fabric {
    /// The first message of a connection (T-3).
    mutating func greetTableTap(_ connection: ConnectionNumber, now: Moment) {
        guard let place = connections.place(of: connection),
            let identity = connections.peers[place]?.identity
        else { return }
        connectionSerial += 1
        // The name tells nothing of how many there are; the generator gives none twice in a run.
        var names = SplitMix64(state: run &+ connectionSerial &* Self.serialStride)
        tell(
            .established(connectionID: "conn_\(hexadecimal(names.next()))", identity), place,
            now: now)
    }

    /// Odd, so that no two serials share a state of the generator.
    private static let serialStride: UInt64 = 0xd134_2543_de82_ef95

    mutating func handleTableTap(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        switch message {
        case .failure(.notJSON): refuse(.notJSON, to: ReplyAddress(), place, now: now)
        case .failure(.notText): refuse(.notText, to: ReplyAddress(), place, now: now)
        case .success(let json):
            let address = ReplyAddress(json, limits: limits)
            do throws(TableTapError) {
                let request = try TableTapRequest(
                    json, limits: limits, catalogue: texts.catalogue)
                if case .publish(let type) = request {
                    publish(type, json, address, place, now: now)
                } else {
                    perform(request, address, place, now: now)
                }
            } catch {
                refuse(error, to: address, place, now: now)
            }
        }
    }

    private mutating func perform(
        _ request: TableTapRequest, _ address: ReplyAddress, _ place: Int, now: Moment
    ) {
        switch request {
        case .ping(let timestamp):
            tell(.pong(timestamp: timestamp), to: address, place, now: now)
        case .subscribe(let wishes, let confirms):
            if confirms { beginConfirming(place) }
            subscribe(to: wishes, address, place, now: now)
        case .confirm(let messages): confirm(messages, place, now: now)
        case .unsubscribe(let wishes): unsubscribe(from: wishes, address, place, now: now)
        case .reconnect(let last, let wishes):
            reconnect(to: wishes, after: last, address, place, now: now)
        case .authenticate(let token):
            // Answered when the host has verified it.
            offer(token: token, to: address, place)
            return
        case .publish: return
        }
        acknowledge(address, place, now: now)
    }

    /// A client's message that has an identifier is told to be done under it (T-9).
    private mutating func acknowledge(_ address: ReplyAddress, _ place: Int, now: Moment) {
        guard let messageID = address.messageID else { return }
        tell(.acknowledged(messageID: messageID), to: address, place, now: now)
    }

    /// The confirmation is written when the connection is in the fan-out sets: no event falls
    /// between the two.
    private mutating func subscribe(
        to wishes: [ChannelWish], _ address: ReplyAddress, _ place: Int, now: Moment
    ) {
        let position = positionOfEverythingTold(place).map(MessageID.record)
        var joined: [Channel] = []
        var failed: [FailedSubscription] = []
        for wish in wishes {
            if let reason = join(wish, place) {
                failed.append(FailedSubscription(name: wish.name, reason: reason))
            } else if let channel = wish.channel, !joined.contains(channel) {
                joined.append(channel)
            }
        }
        tell(
            .subscribed(joined, failed: failed, position: position), to: address, place, now: now)
    }

    private mutating func join(
        _ wish: ChannelWish, _ place: Int
    ) -> FailedSubscription.Reason? {
        guard let identity = connections.peers[place]?.identity else { return .permissions }
        guard let channel = wish.channel else { return .unknown }
        let refusal = tableTapRefusal(of: channel, to: identity) ?? follow(channel, place)
        return refusal.map { FailedSubscription.Reason($0) }
    }

    /// Leaving a channel that was never joined is confirmed too: it is what the client wants.
    private mutating func unsubscribe(
        from wishes: [ChannelWish], _ address: ReplyAddress, _ place: Int, now: Moment
    ) {
        for wish in wishes {
            if let channel = wish.channel { unfollow(channel, place) }
        }
        tell(.unsubscribed(wishes.map(\.name)), to: address, place, now: now)
    }

    /// What was missed follows as pages (`TableTapReplay`); what cannot be followed, or be told
    /// again, is said at once (T-11).
    private mutating func reconnect(
        to wishes: [ChannelWish], after last: String?, _ address: ReplyAddress, _ place: Int,
        now: Moment
    ) {
        for wish in wishes {
            guard let reason = join(wish, place) else { continue }
            statistics.refusedClientMessages += 1
            tell(.error(error(reason, wish, place)), to: address, place, now: now)
        }
        guard connections.isOpen(place) else { return }
        // Whoever names no message cannot be told what it missed.
        let position = last.flatMap { texts.ids.position(of: $0) }
        if let position, beginCatchUp(place, after: position) {
            auditReplay(to: place)
            connections.peers[place]?.catchUp?.replay = Replay(
                address: address, askedAt: now.wall, from: .client(last))
            statistics.recoveries += 1
            return
        }
        statistics.lostHistories += 1
        let told = positionOfEverythingTold(place).map(MessageID.record)
        tell(.historyLost(lastMessage: last, position: told), to: address, place, now: now)
    }

    private func error(
        _ reason: FailedSubscription.Reason, _ wish: ChannelWish, _ place: Int
    ) -> TableTapError {
        switch (reason, wish.channel) {
        case (.tooMany, _): .tooManySubscriptions(channel: wish.name)
        case (.permissions, let channel?): permissionError(channel, wish.name, place)
        case (_, _): .unknownChannel(wish.name)
        }
    }

    private func permissionError(
        _ channel: Channel, _ name: String, _ place: Int
    ) -> TableTapError {
        let role = connections.peers[place]?.identity.role ?? .customer
        return .insufficientPermissions(
            channel: name, requiredRole: channel.requiredTableTapRole(for: role))
    }

    // MARK: What is said

    private mutating func tell(
        _ answer: TableTapAnswer, to address: ReplyAddress = ReplyAddress(), _ place: Int,
        now: Moment
    ) {
        send(texts.tableTap.answer(answer, to: address, at: now.wall), to: place)
    }

    private mutating func refuse(
        _ error: TableTapError, to address: ReplyAddress, _ place: Int, now: Moment
    ) {
        statistics.refusedClientMessages += 1
        if let messageID = address.messageID {
            tell(.messageError(messageID: messageID, error), to: address, place, now: now)
        } else {
            tell(.error(error), to: address, place, now: now)
        }
    }

    /// An error of the connection, whether or not the message has an identifier: it was not read.
    mutating func refuseTableTapForRate(
        _ message: Result<JSON, UndecodableMessage>, _ place: Int, now: Moment
    ) {
        let rate = limits.tableTap.messages
        let wait = connections.peers[place]?.rate.wait(rate) ?? rate.window
        let address = (try? message.get()).map { ReplyAddress($0, limits: limits) }
        let error = TableTapError.rateLimitExceeded(retryAfterSeconds: (wait + 999) / 1000, rate)
        let text = texts.tableTap.answer(
            .error(error), to: address ?? ReplyAddress(), at: now.wall)
        _ = offer(control: text, to: place)
    }

    mutating func refuseTableTapSignature(
        _ fault: SignatureFault, of message: JSON, _ place: Int, now: Moment
    ) {
        let error: TableTapError = fault == .missing ? .missingSignature : .wrongSignature
        refuse(error, to: ReplyAddress(message, limits: limits), place, now: now)
    }

    mutating func tellRevokedInTableTap(_ channel: Channel, to place: Int, now: Moment) {
        guard let name = channel.tableTapName else { return }
        tell(.error(permissionError(channel, name, place)), place, now: now)
    }

    // MARK: Tokens

    mutating func tellTableTap(
        _ notice: TokenNotice, to address: ReplyAddress, _ place: Int, now: Moment
    ) {
        switch notice {
        case .expiring(let end): tell(.expiring(at: end), place, now: now)
        case .renewed(let end):
            tell(.renewed(until: end), to: address, place, now: now)
            acknowledge(address, place, now: now)
        case .refused:
            refuse(
                .authenticationFailed("Invalid or expired token, or another user's"),
                to: address, place, now: now)
        case .expired: tell(.error(.badToken), place, now: now)
        }
    }
}
