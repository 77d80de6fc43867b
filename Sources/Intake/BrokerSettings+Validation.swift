import CMosquitto

extension BrokerSettings {
    /// See `keepAliveSeconds`.
    package static let minimumKeepAliveSeconds: UInt16 = 60
    /// A DNS name's longest form; SNI carries no more.
    private static let hostLimit = 253
    /// Strings travel with 16 bits of length.
    private static let stringLimit = 65_535

    /// Says what keeps these settings from being used, the first thing found.
    package func validate() throws(BrokerSettingsError) {
        try require(host, setting: "host", limit: Self.hostLimit)
        try require(clientIdentifier, setting: "client identifier", limit: Self.stringLimit)
        if let username {
            try require(username, setting: "user name", limit: Self.stringLimit)
        } else if passwordFile != nil {
            throw .passwordWithoutUsername
        }
        for file in [passwordFile, tls?.authorityFile, tls?.certificateFile, tls?.keyFile] {
            guard let file else { continue }
            try require(file, setting: "file name", limit: Self.stringLimit)
        }
        guard (tls?.certificateFile == nil) == (tls?.keyFile == nil) else {
            throw .certificateAndKeyBelongTogether
        }
        guard port > 0 else { throw .portZero }
        guard keepAliveSeconds >= Self.minimumKeepAliveSeconds else {
            throw .keepAliveTooShort(seconds: keepAliveSeconds)
        }
        guard receiveMaximum > 0 else { throw .receiveMaximumZero }
        guard sessionExpirySeconds > 0 else { throw .sessionNotKept }
        guard backOff.isUsable else { throw .backOffInvalid }
        try validateSubscriptions()
    }

    private func validateSubscriptions() throws(BrokerSettingsError) {
        guard !subscriptions.isEmpty else { throw .noSubscriptions }
        for subscription in subscriptions {
            let filter = subscription.filter
            guard subscription.qos != .exactlyOnce else {
                throw .exactlyOnceRefused(filter: filter)
            }
            let isFilter = unsafe mosquitto_sub_topic_check2(filter, filter.utf8.count)
            guard isFilter == MOSQ_ERR_SUCCESS.rawValue, !filter.isEmpty,
                filter.utf8.count <= Self.stringLimit, !filter.utf8.contains(0)
            else { throw .filterInvalid(filter) }
        }
    }

    private func require(
        _ text: String, setting: String, limit: Int
    ) throws(BrokerSettingsError) {
        guard !text.isEmpty, text.utf8.count <= limit, !text.utf8.contains(0) else {
            throw .textInvalid(setting: setting)
        }
    }
}
