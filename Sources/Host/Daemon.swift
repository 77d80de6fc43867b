import Bridge
import CodecSandbox
import ColdChain
package import Configuration
import Courier
import Crypto
import DeviceCodecs
package import Fabric
import Journal
import Server
package import System

/// The daemon: four loops on their threads, joined by mailboxes.
package final class Daemon {
    /// The release, which receivers of webhooks see.
    package static let version = "0.1.0"

    /// Where the REST API and the WebSockets are.
    package let port: UInt16
    private var configuration: Configuration
    private let catalogue: ProfileCatalogue
    private let mail: Mail
    private let engine: Thread
    private let others: [Thread]
    private let stopped = Latest(false)
    private let stallMilliseconds: Int64
    private let log: Log

    /// Opens the store, listens, and starts the loops.
    ///
    /// - Parameter observer: Also gets every publication; the demo watches by it.
    /// - Throws: Where something is needed that cannot be had. Nothing runs then.
    package init(
        _ configuration: Configuration, log: Log, observer: Mailbox<PublishedEvent>? = nil
    ) throws(StartError) {
        self.configuration = configuration
        self.log = log
        stallMilliseconds = configuration.health.journalStall.wholeMilliseconds
        do throws(SystemError) {
            try File.makeDirectory(configuration.store.directory)
            mail = try Mail(observer: observer)
        } catch {
            throw StartError(error.description)
        }
        catalogue = try ProfileCatalogue(configuration.devices)
        let limits = try JurisdictionProfile(configuration.limits)
        let plan = try LivePlan(configuration, profile: limits)
        let tokens = try TokenSettings(configuration)
        tokens.warn(log)
        let deviceKeys = try DeviceKeys.load(configuration.devices)
        let messages = try MessageCatalogue(configuration.publishing)
        let settings = EngineSettings(
            configuration, catalogue: catalogue, limits: limits, plan: plan.logged,
            deviceKeys: deviceKeys, messages: messages)
        let (engine, origin) = try EngineLoop.start(
            settings, catalogue: catalogue, mail: mail, log: log)
        self.engine = engine
        var started: [Thread] = []
        do throws(StartError) {
            let fabric = try FabricLoop.start(
                configuration, tokens: tokens, messages: messages, origin: origin, mail: mail, log: log)
            started.append(fabric.thread)
            started.append(
                try ReaderLoop.start(
                    store: settings.store, catalogue: catalogue,
                    rules: OrderRules(configuration, limits: limits), plan: plan,
                    deviceKeys: deviceKeys,
                    verifyMilliseconds: configuration.proof.verifyInterval.wholeMilliseconds,
                    mail: mail, log: log))
            started.append(
                try CourierLoop.start(
                    CourierSettings(
                        configuration.webhooks, version: Self.version,
                        listener: AddressPolicy.Listener(address: nil, port: fabric.port)),
                    mail: mail, log: log))
            port = fabric.port
            others = started
        } catch {
            mail.stopEngine()
            engine.join()
            mail.stopOthers()
            for thread in started { thread.join() }
            throw error
        }
    }

    /// What would keep a daemon from starting with this configuration, in words: keys, profiles and
    /// webhook endpoints are tried; no broker is asked and no store is opened.
    ///
    /// - Returns: The problems, and what a daemon can start without but ought to have.
    package static func problems(
        in configuration: Configuration
    ) -> (errors: [String], warnings: [String]) {
        var problems: [String] = []
        var warnings: [String] = []
        do throws(StartError) {
            let catalogue = try ProfileCatalogue(configuration.devices)
            // Nobody waits for readings here: a machine that is busy elsewhere is no finding.
            var sandbox = CodecSandboxSettings(configuration.codecs)
            sandbox.startLimit = 60_000_000_000
            sandbox.stallLimit = 60_000_000_000
            if let codecs = VendorCodecs(catalogue, sandbox) {
                problems += codecs.refused.map { "profile \($0.profile): \($0.reason)" }
                warnings = codecs.waitingText.map { [$0] } ?? []
            }
        } catch {
            problems.append(error.description)
        }
        do throws(StartError) {
            let limits = try JurisdictionProfile(configuration.limits)
            problems += Self.planProblems(in: configuration, limits, &warnings)
            warnings += try LimitCatalogue(directory: configuration.limits.directory)
                .risks(of: configuration.limits)
        } catch {
            problems.append(error.description)
        }
        do throws(StartError) {
            _ = try MessageCatalogue(configuration.publishing)
        } catch {
            problems.append(error.description)
        }
        let keyFiles = LogKeyFiles(configuration)
        problems += keyFiles.errors
        warnings += keyFiles.warnings
        do throws(StartError) {
            // Where there is none, the daemon makes one at its first start.
            if !configuration.authentication.hasNoKey {
                warnings += try TokenSettings(configuration).passedOver
                    .map { "auth.jwks_file: \($0)" }
            }
        } catch {
            problems.append(error.description)
        }
        do throws(StartError) {
            _ = try DeviceKeys.load(configuration.devices)
        } catch {
            problems.append(error.description)
        }
        do throws(StartError) {
            let settings = try CourierSettings(
                configuration.webhooks, version: version, listener: nil)
            do throws(CourierError) {
                _ = try Courier(settings) { 0 }
            } catch {
                problems.append(error.description)
            }
        } catch {
            problems.append(error.description)
        }
        return (problems, warnings)
    }

    private static func planProblems(
        in configuration: Configuration, _ limits: JurisdictionProfile,
        _ warnings: inout [String]
    ) -> [String] {
        do throws(StartError) {
            _ = try LivePlan(configuration, profile: limits)
            warnings += try HACCPPlanFile(configuration.haccp).risks(configuration.haccp)
            return []
        } catch {
            return [error.description]
        }
    }

    /// Whether the engine turns: what a watchdog is told by.
    package var isTurning: Bool {
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        return now.milliseconds(since: mail.engineStatus.get().turnedAt) <= stallMilliseconds
    }

    /// How the engine is at the moment.
    package var isReady: Bool {
        let status = mail.engineStatus.get()
        return status.isStoreOpen && status.brokers.allSatisfy(\.isConnected)
    }

    /// Takes over what of a new configuration can change while running; the rest is logged.
    package func reload(_ new: Configuration) {
        let changes = Configuration.changes(from: configuration, to: new)
        for path in changes.needsRestart {
            log.warning("setting changed, but needs a restart", ["key": path])
        }
        // Keys and endpoints are taken over even where no setting has changed: a file may have.
        let limits: JurisdictionProfile
        do throws(StartError) {
            limits = try JurisdictionProfile(new.limits)
        } catch {
            log.error("limits not taken over", ["reason": error.description])
            return
        }
        let plan: LivePlan
        do throws(StartError) {
            plan = try LivePlan(new, profile: limits)
        } catch {
            log.error("HACCP plan not taken over", ["reason": error.description])
            return
        }
        let deviceKeys: [AdvertKey]
        do throws(StartError) {
            deviceKeys = try DeviceKeys.load(new.devices)
        } catch {
            log.error("device keys not taken over", ["reason": error.description])
            return
        }
        let tokens: TokenSettings
        do throws(StartError) {
            tokens = try TokenSettings(new)
        } catch {
            log.error("token keys not taken over", ["reason": error.description])
            return
        }
        do throws(StartError) {
            let endpoints = try CourierSettings(
                new.webhooks, version: Self.version, listener: nil
            ).endpoints
            mail.courierControl.send(.replace(endpoints))
        } catch {
            log.error("webhook endpoints not taken over", ["reason": error.description])
            return
        }
        tokens.warn(log)
        mail.fabricControl.send(.tokens(tokens))
        mail.engine.send(
            .reload(
                NewSettings(
                    bridge: BridgeSettings(new, catalogue: catalogue, limits: limits),
                    plan: plan.logged, deviceKeys: deviceKeys,
                    changedKeys: changes.reloadable.joined(separator: ","))))
        mail.reader.send(.deviceKeys(deviceKeys))
        mail.reader.send(.rules(OrderRules(new, limits: limits), plan))
        configuration = new
    }

    /// Begins to end cleanly: the daemon says that it is not ready, clients are let go one after
    /// the other, what was read meanwhile is committed and acknowledged, and what is owed stays in
    /// the log. `hasStopped` tells when all is done.
    package func beginStop() {
        mail.beginEnding()
        let stopped = self.stopped
        let mail = self.mail
        let engine = self.engine
        let others = self.others
        let end: @Sendable () -> Void = {
            mail.drained.wait()
            mail.stopEngine()
            engine.join()
            mail.stopOthers()
            for thread in others { thread.join() }
            stopped.set(true)
        }
        do throws(SystemError) {
            _ = try Thread(name: "stop", end)
        } catch {
            end()
        }
    }

    /// Lets all clients go at once that are still there.
    package func hurryStop() { mail.fabricControl.send(.hurry) }

    /// How long a clean end takes at most, in milliseconds, on a machine that works.
    package var stopMilliseconds: Int64 {
        configuration.server.drainTime.wholeMilliseconds + 10_000
    }

    package var hasStopped: Bool { stopped.get() }
}
