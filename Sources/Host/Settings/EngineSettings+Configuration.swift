import Bridge
import CodecSandbox
import ColdChain
import Configuration
import DeviceCodecs
import Fabric
import Intake
import Journal

extension EngineSettings {
    /// - Parameter catalogue: What the brokers are asked for, and what readings are decoded by.
    init(
        _ configuration: Configuration, catalogue: ProfileCatalogue, limits: JurisdictionProfile,
        plan: HACCPPlanText, deviceKeys: [AdvertKey], messages: MessageCatalogue
    ) {
        var filters = catalogue.subscriptionFilters
        if configuration.orders.isTopicEnabled { filters.append(OrderTopic.filter) }
        if configuration.publishing.isTopicEnabled {
            let topic = EventTopic(
                prefix: configuration.publishing.topicPrefix, catalogue: messages)
            filters.append(topic.filter)
            eventTopic = topic
        }
        let announcements = catalogue.announcementFilters
        let subscriptions = filters.map {
            BrokerSettings.Subscription($0, isRepeated: announcements.contains($0))
        }
        brokers = configuration.mqtt.brokers.map {
            BrokerSettings($0, subscriptions: subscriptions)
        }
        bridge = BridgeSettings(configuration, catalogue: catalogue, limits: limits)
        store = JournalSettings(configuration)
        headTopic = configuration.proof.headTopic
        headEventMilliseconds = configuration.proof.headEventInterval.wholeMilliseconds
        codecs = CodecSandboxSettings(configuration.codecs)
        self.plan = plan
        self.deviceKeys = deviceKeys
        batchMessages = configuration.mqtt.batchMessages
        batchBytes = configuration.mqtt.batchBytes
        historyBytes = min(
            configuration.history.memoryBytes, EngineSettings.restoredHistoryBytes)
    }
}

extension JournalSettings {
    init(_ configuration: Configuration) {
        let store = configuration.store
        self.init(path: "\(store.directory)/freshwire.sqlite")
        if let file = configuration.proof.signingKeyFile { signingKeyPath = file }
        if let file = configuration.places.keyFile { placeKeyPath = file }
        if let file = configuration.proof.headFile { headPath = file }
        headIntervalMilliseconds = configuration.proof.headInterval.wholeMilliseconds
        walBytes = store.walLimit
        readingDays = store.temperatureRetentionDays
        fixDays = store.locationRetentionDays
        deadLetterRows = store.deadLetterLimit
        deadLetterBytes = store.deadLetterBytes
        rawPayloadDays = configuration.retention.rawPayloadDays
        rawPayloadBytes = Int64(configuration.retention.rawPayloadBytes)
        historyMilliseconds = configuration.history.time.wholeMilliseconds
        finalOrderHours = Int(clamping: configuration.orders.custodyRetention.wholeSeconds / 3600)
    }
}

extension BrokerSettings {
    init(_ broker: Configuration.Broker, subscriptions: [Subscription]) {
        self.init(
            name: broker.name, host: broker.host, port: UInt16(clamping: broker.port),
            clientIdentifier: broker.clientID, subscriptions: subscriptions)
        protocolVersion = broker.version == .v5 ? .v5 : .v311
        keepAliveSeconds = UInt16(clamping: broker.keepAlive.wholeSeconds)
        sessionExpirySeconds = UInt32(clamping: broker.sessionExpiry.wholeSeconds)
        receiveMaximum = UInt16(clamping: broker.receiveMaximum)
        username = broker.username
        passwordFile = broker.passwordFile
        if broker.tls.isEnabled {
            tls = TLS(
                authorityFile: broker.tls.authorityFile,
                certificateFile: broker.tls.certificateFile, keyFile: broker.tls.keyFile)
        }
        backOff.initial = broker.reconnectInitial
        backOff.maximum = broker.reconnectMaximum
    }
}

extension BridgeSettings {
    init(
        _ configuration: Configuration, catalogue: ProfileCatalogue, limits: JurisdictionProfile
    ) {
        self.init()
        self.limits = limits.criticalLimits
        excursions = ExcursionSettings(configuration.excursions)
        bounds.futureToleranceMilliseconds = configuration.limits.futureTolerance.wholeMilliseconds
        bounds.oldestReadingMilliseconds = configuration.limits.oldestReading.wholeMilliseconds
        bounds.backlogPauseMilliseconds = configuration.excursions.backlogPause.wholeMilliseconds
        bounds.finalOrderRetentionMilliseconds =
            configuration.orders.custodyRetention.wholeMilliseconds
        bounds.historyMilliseconds = configuration.history.time.wholeMilliseconds
        checks = ReadingChecks(configuration.quality)
        brokers = configuration.mqtt.brokers.map(\.name)
        // Positions that clients tell of come by a profile of their own, behind those of devices.
        profiles = catalogue.traits + [.client]
        endpoints = configuration.webhooks.endpoints.map {
            EndpointSubscription(name: $0.name, events: Set($0.events.map(\.rawValue)))
        }
        registration = DeviceRegistration(configuration.devices.registration)
        alerts = AlertSettings(configuration.alerts)
        silence = SilenceSettings(configuration.silence)
        keepsRawMessages = configuration.retention.rawPayloadDays > 0
        offers = OfferSettings(configuration.offers)
        presence = PresenceSettings(configuration.presence)
        bounds.publicationsMaximum = configuration.publishing.remembered
        bounds.positionsAnHour = configuration.publishing.positionsPerHour
        bounds.devicesMaximum = configuration.devices.maximum
        bounds.duplicateWindowMilliseconds =
            configuration.devices.duplicateWindow.wholeMilliseconds
        bounds.advertWindowMilliseconds = configuration.devices.advertWindow.wholeMilliseconds
        bounds.unknownFramesMaximum = configuration.devices.unknownFrames
        schedule.delays = configuration.webhooks.retryDelays.map(\.wholeMilliseconds)
        schedule.jitter = configuration.webhooks.jitter
    }
}

extension ExcursionSettings {
    init(_ configuration: Configuration.Excursions) {
        self.init()
        grace = configuration.grace.wholeMilliseconds * 1_000
        criticalMargin = configuration.criticalMarginKelvin
        criticalGrace = configuration.criticalGrace.wholeMilliseconds * 1_000
        hysteresis = configuration.hysteresisKelvin
        clearDelay = configuration.clearDelay.wholeMilliseconds * 1_000
        maximumGap = configuration.maximumGap.wholeMilliseconds * 1_000
    }
}

extension OfferSettings {
    init(_ configuration: Configuration.Offers) {
        self.init()
        timer = configuration.timer.wholeMilliseconds
        radius = Double(configuration.radiusMetres)
        positionAge = configuration.positionAge.wholeMilliseconds
        driversMaximum = configuration.driversMaximum
        offersMaximum = configuration.maximum
    }
}

extension PresenceSettings {
    init(_ configuration: Configuration.Presence) {
        self.init()
        interval = configuration.heartbeatInterval.wholeMilliseconds
        misses = Int64(configuration.heartbeatMisses)
        driversMaximum = configuration.driversMaximum
    }
}

extension SilenceSettings {
    init(_ configuration: Configuration.Silence) {
        self.init(
            silentAfter: configuration.after.wholeMilliseconds,
            firstRepeat: configuration.firstRepeat.wholeMilliseconds,
            longestRepeat: configuration.longestRepeat.wholeMilliseconds,
            startPause: configuration.startPause.wholeMilliseconds)
    }
}

extension DeviceRegistration {
    init(_ registration: Configuration.Devices.Registration) {
        switch registration {
        case .automatic: self = .automatic
        case .manual: self = .manual
        }
    }
}
