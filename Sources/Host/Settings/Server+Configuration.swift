import Configuration
import Crypto
import Fabric
import JSONText
import Server

extension WebServer {
    /// A server that listens as the configuration says.
    static func listening(_ server: Configuration.Server) throws(StartError) -> WebServer {
        var settings = ListenerSettings()
        settings.address = server.address
        settings.port = UInt16(clamping: server.port)
        settings.furtherPorts = server.tableTap.developmentPort.map { [UInt16(clamping: $0)] } ?? []
        if let certificate = server.tls.certificateFile, let key = server.tls.keyFile {
            settings.tls = TransportSecurity(
                certificateFile: certificate, privateKeyFile: key)
        }
        settings.compresses = server.compresses
        settings.everyMethodPaths = [FabricLoop.socketIOPath]
        settings.limits.connections = server.connectionsMaximum
        settings.limits.bodyBytes = server.bodyBytes
        settings.limits.messageBytes = server.messageBytes
        settings.limits.headerBytes = server.headerBytes
        settings.limits.requestLineBytes = server.headerBytes / 2
        settings.limits.headerFields = server.headerFields
        settings.limits.pipelinedRequests = server.pipelinedRequests
        settings.limits.fragments = server.fragmentsMaximum
        settings.limits.requestDeadline = server.authenticationTime
        settings.limits.newConnectionsPerSecond = server.newConnectionsPerSecond
        settings.limits.newConnectionsPerAddress = server.newConnectionsPerAddress
        settings.limits.pingInterval = server.pingInterval
        do throws(ServerStartFault) {
            let listening = try WebServer(settings)
            listening.takesInOrder = ServedPaths.areTakenInOrder
            return listening
        } catch {
            throw StartError("cannot listen: \(error)")
        }
    }
}

extension FrameCompression {
    /// Nil where clients do not agree to compression, or there is no memory for it: then frames go
    /// as they are.
    static func forClients(_ server: Configuration.Server) -> FrameCompression? {
        guard server.compresses, let compressor = try? MessageCompressor() else { return nil }
        return FrameCompression { compressor.compressed($0) }
    }
}

extension FabricLimits {
    init(_ configuration: Configuration) {
        self.init()
        let server = configuration.server
        historyRetention = configuration.history.time.wholeMilliseconds
        historyBytes = configuration.history.memoryBytes
        connections = server.connectionsMaximum
        outboxBytes = server.outboxBytes
        outboxBudgetBytes = server.outboxTotalBytes
        subscriptions = server.subscriptionsMaximum
        connectionsPerSubject = server.connectionsPerUser
        messagesPerSecond = Int64(server.messagesPerSecond)
        messageBurst = Int64(server.messageBurst)
        refusedMessages = server.messageBurst * 3
        streamLease = server.streamLease.wholeMilliseconds
        // A tick looks once a second, and may be late by as much again.
        streamComment = max(server.streamComment.wholeMilliseconds - 1_500, 1_000)
        streamRetry = server.streamRetry.wholeMilliseconds
        locationInterval = server.locationInterval.wholeMilliseconds
        lowDataInterval = server.lowDataInterval.wholeMilliseconds
        updateInterval = server.updateInterval.wholeMilliseconds
        deltaStates = server.deltaStatesMaximum
        // A client may miss so many heartbeats, and half an interval for a slow network.
        let interval = server.heartbeatInterval.wholeMilliseconds
        heartbeat = interval
        silence = interval * Int64(server.heartbeatMisses) + interval / 2
        expiryWarning = configuration.authentication.expiryWarning.wholeMilliseconds
        tableTap = ClientLimits(server.tableTap)
        bulkMessages = configuration.publishing.bulkMaximum
        confirmation = ConfirmationSettings(configuration.confirmation)
        chatMessages = configuration.publishing.chatMessages
    }
}

extension ConfirmationSettings {
    fileprivate init(_ settings: Configuration.Confirmation) {
        self.init()
        firstRepeat = settings.firstRepeat.wholeMilliseconds
        longestRepeat = settings.longestRepeat.wholeMilliseconds
        repeats = settings.repeats
        perUser = settings.perUser
        maximum = settings.maximum
    }
}

extension ClientLimits {
    fileprivate init(_ settings: Configuration.TableTap) {
        self = .tableTap
        connections = settings.connectionsMaximum
        connectionsPerSubject = settings.connectionsPerUser
        connectionsPerSite = settings.connectionsPerCafe
        subscriptions = settings.subscriptionsMaximum
        let count = settings.messagesPerMinute
        messages = MessageRate(
            count: Int64(count), window: 60_000, burst: Int64(settings.messageBurst),
            refused: count * 3)
        tokenRenewal = settings.tokenRenewal.wholeMilliseconds
        expiryWarning = settings.tokenWarning.wholeMilliseconds
    }
}

extension JSONTextReader {
    /// For what clients send, within their message limit.
    static func forClients(_ server: Configuration.Server) throws(StartError) -> JSONTextReader {
        var limits = JSONLimits.standard
        limits.maximumBytes = server.messageBytes
        do throws(JSONSyntaxError) {
            return try JSONTextReader(limits: limits)
        } catch {
            throw StartError("no memory for the JSON parser")
        }
    }
}

extension APIRouter {
    init(
        _ configuration: Configuration, tokens: TokenSettings, messages: MessageCatalogue,
        mail: Mail
    ) throws(StartError) {
        self.init(
            desk: try TokenDesk(tokens), rates: RequestRates(configuration.server.rest),
            health: HealthReport(
                engine: mail.engineStatus, fabric: mail.fabricStatus,
                courier: mail.courierStatus, proof: mail.proofStatus, isEnding: mail.isEnding,
                stallMilliseconds: configuration.health.journalStall.wholeMilliseconds),
            catalogue: messages, eventsMaximum: configuration.publishing.eventsMaximum)
    }
}
