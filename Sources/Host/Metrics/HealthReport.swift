import Bridge
import CodecSandbox
import ColdChain
import System
import Wire

/// How the daemon is: for orchestrators, for Prometheus, for people.
struct HealthReport: Sendable {
    let engine: Latest<EngineStatus>
    let fabric: Latest<FabricStatus>
    let courier: Latest<CourierStatus>
    let proof: Latest<ProofStatus>
    /// Whether the daemon lets its clients go, to end.
    let isEnding: Latest<Bool>
    /// An engine that has not turned for so long, in milliseconds, is stuck.
    let stallMilliseconds: Int64

    /// Alive: the engine turns. Whoever answers 503 here should be started again.
    func live(now: Timestamp) -> APIResponse {
        let stalled = now.milliseconds(since: engine.get().turnedAt) > stallMilliseconds
        return .json(stalled ? 503 : 200) { $0.member("status", stalled ? "stalled" : "live") }
    }

    /// Ready: the store is open, every broker is connected, and the daemon is not to end. 503 says
    /// which part is not.
    func ready(now: Timestamp) -> APIResponse {
        let status = engine.get()
        let isStalled = now.milliseconds(since: status.turnedAt) > stallMilliseconds
        let isEnding = isEnding.get()
        let isReady =
            !isEnding && status.isStoreOpen && !isStalled
            && status.brokers.allSatisfy(\.isConnected)
        return .json(isReady ? 200 : 503) { writer in
            writer.member("status", isReady ? "ready" : isEnding ? "ending" : "degraded")
            writer.name("store")
            writer.object { $0.member("open", status.isStoreOpen) }
            writer.proofMember(proof.get())
            writer.name("engine")
            writer.object { $0.member("turning", !isStalled) }
            writer.name("brokers")
            writer.array { brokers in
                for broker in status.brokers {
                    brokers.object { member in
                        member.member("name", broker.name)
                        member.member("connected", broker.isConnected)
                        member.member("droppedMessages", Int64(clamping: broker.dropped))
                        member.member("trouble", broker.trouble)
                    }
                }
            }
        }
    }

    func metrics(now: Timestamp) -> APIResponse {
        var text = PrometheusText()
        let status = engine.get()
        intake(status, &text)
        if let counters = status.codecs { codecs(counters, &text) }
        log(status, &text)
        proof.get().metrics(&text)
        status.retention.metrics(&text)
        fabric.get().metrics(&text)
        deliveries(status, courier.get(), &text)
        return APIResponse(
            status: 200, contentType: "text/plain; version=0.0.4; charset=utf-8",
            body: Array(text.text.utf8))
    }

    private func intake(_ status: EngineStatus, _ text: inout PrometheusText) {
        text.metric(
            "freshwire_messages_total", .counter, "MQTT messages taken.", count: status.messages)
        text.metric(
            "freshwire_broker_connected", .gauge, "Whether the broker is connected.", by: "broker",
            byBroker(status) { $0.isConnected ? 1 : 0 })
        text.metric(
            "freshwire_broker_connections_total", .counter, "Connections made to the broker.",
            by: "broker", byBroker(status) { Double($0.connections) })
        text.metric(
            "freshwire_broker_dropped_total", .counter,
            "Messages the broker said it dropped while watched.", by: "broker",
            byBroker(status) { Double($0.dropped) })
        text.metric(
            "freshwire_broker_stored_messages", .gauge, "Messages the broker holds.",
            by: "broker", byBroker(status) { Double($0.stored ?? 0) })
        text.metric(
            "freshwire_dead_letters_total", .counter, "Messages that could not be decoded.",
            by: "reason", status.counters.deadLetters.mapValues { Double($0) })
    }

    private func codecs(_ counters: CodecCounters, _ text: inout PrometheusText) {
        text.metric(
            "freshwire_codec_calls_total", .counter, "Calls of vendors' codecs.",
            count: UInt64(clamping: counters.calls))
        var failures = ["reported_errors": Double(counters.errors)]
        for kind in CodecFailure.Kind.allCases {
            failures[kind.name] = Double(counters.failures(kind))
        }
        text.metric(
            "freshwire_codec_failures_total", .counter,
            "Calls of vendors' codecs that gave no data.", by: "kind", failures)
        text.metric(
            "freshwire_codec_restarts_total", .counter,
            "Times the program that runs codecs had to be started again.",
            count: UInt64(clamping: counters.starts - 1))
    }

    private func log(_ status: EngineStatus, _ text: inout PrometheusText) {
        let counters = status.counters
        text.metric(
            "freshwire_readings_total", .counter, "Readings taken, duplicates included.",
            count: counters.readings)
        text.metric("freshwire_fixes_total", .counter, "Positions taken.", count: counters.fixes)
        text.metric(
            "freshwire_late_readings_total", .counter,
            "Samples that were not the newest of their source.", count: counters.lateReadings)
        text.metric(
            "freshwire_duplicates_total", .counter,
            "Rows that were in the log already.", count: status.duplicates)
        text.metric(
            "freshwire_heard_again_total", .counter,
            "Samples that another gateway had sent before.", count: counters.samplesHeardAgain)
        text.metric(
            "freshwire_sequence_conflicts_total", .counter,
            "Samples whose running number stood for other values before.",
            count: counters.sequenceConflicts)
        text.metric(
            "freshwire_markers_total", .counter,
            "Readings with a marker in the place of a number.", count: counters.markers)
        text.metric(
            "freshwire_status_messages_total", .counter,
            "Sound messages that carry nothing for the log.", count: counters.statusMessages)
        text.metric(
            "freshwire_foreign_frames_total", .counter,
            "Frames of no known format that were relayed beside others.",
            count: counters.foreignFrames)
        text.metric(
            "freshwire_redeliveries_total", .counter,
            "Messages known to be delivered again.", count: counters.redeliveries)
        text.metric(
            "freshwire_alerts_total", .counter, "Excursions opened.",
            count: counters.excursionsOpened)
        text.metric(
            "freshwire_excursions_closed_total", .counter, "Excursions closed.",
            count: counters.excursionsClosed)
        text.metric(
            "freshwire_excursions_corrected_total", .counter,
            "Alarms that late or corrected readings did not bear out.",
            count: counters.excursionsCorrected)
        text.metric(
            "freshwire_data_losses_total", .counter,
            "Bags that fell silent while their food was outside its limit.",
            count: counters.dataLosses)
        text.metric(
            "freshwire_silences_total", .counter,
            "Sensors of bags with an order that fell silent.", count: counters.silences)
        text.metric(
            "freshwire_silence_notices_total", .counter,
            "Times a silent sensor was told of, the first time and again.",
            count: counters.silenceNotices)
        text.metric(
            "freshwire_silent_sensors", .gauge,
            "Sensors of bags with an order that are silent now.",
            count: UInt64(status.silentSensors))
        text.metric(
            "freshwire_staff_alerts_total", .counter, "Alerts raised for staff.",
            count: counters.alertsRaised)
        text.metric(
            "freshwire_alert_escalations_total", .counter,
            "Times an alert went up the escalation chain unacknowledged.",
            count: counters.alertEscalations)
        text.metric(
            "freshwire_alert_reviews_missed_total", .counter,
            "Alerts that nobody had reviewed in time.", count: counters.alertReviewsMissed)
        text.metric(
            "freshwire_offers_total", .counter, "Offers, by what became of them.", by: "outcome",
            [
                "opened": Double(counters.offersOpened),
                "accepted": Double(counters.offersAccepted),
                "declined": Double(counters.offersDeclined),
                "expired": Double(counters.offersExpired),
            ])
        text.metric(
            "freshwire_drivers", .gauge,
            "Drivers whose program is heard, and those who were not heard for too long.",
            by: "state",
            [
                "online": Double(status.presence.online),
                "missing": Double(status.presence.missing),
            ])
        text.metric(
            "freshwire_driver_heartbeats_total", .counter,
            "Times that programs of drivers were heard, and heartbeats of theirs that were missed.",
            by: "outcome",
            [
                "heard": Double(counters.driverHeartbeats),
                "missed": Double(counters.driverHeartbeatsMissed),
            ])
        text.metric(
            "freshwire_drivers_missed_total", .counter,
            "Times that a driver was told to be offline for missed heartbeats.",
            count: counters.driversMissed)
        text.metric(
            "freshwire_published_messages_total", .counter,
            "Messages that somebody published, without those that were refused.",
            count: counters.publicationsTaken)
        text.metric(
            "freshwire_refused_messages_total", .counter,
            "Messages that somebody wanted to publish and that were refused.",
            count: counters.publicationsRefused)
        text.metric(
            "freshwire_commits_total", .counter, "Commits of the log.", count: status.commits)
        text.metric(
            "freshwire_commit_seconds_total", .counter, "Time spent in commits, in seconds.",
            Double(status.commitNanoseconds) / 1e9)
        text.metric(
            "freshwire_store_open", .gauge, "Whether the store is open.",
            status.isStoreOpen ? 1 : 0)
        text.metric(
            "freshwire_unreadable_places", .gauge,
            "Places of delivery whose sealing key was missing when the log was opened.",
            Double(status.unreadablePlaces))
        text.metric(
            "freshwire_log_head_failures_total", .counter,
            "Times the head of the log could not be exported.", by: "to",
            [
                "file": Double(status.headFailures.file),
                "mqtt": Double(status.headFailures.broker),
            ])
        text.metric(
            "freshwire_store_failures_total", .counter, "Failures of the store.",
            count: status.storeFailures)
    }

    private func deliveries(
        _ status: EngineStatus, _ courier: CourierStatus, _ text: inout PrometheusText
    ) {
        text.metric(
            "freshwire_webhook_deliveries_total", .counter, "Webhook attempts by outcome.",
            by: "outcome",
            [
                "delivered": Double(courier.accepted),
                "failed": Double(courier.failed),
                "given_up": Double(status.counters.deliveriesAbandoned),
            ])
        text.metric(
            "freshwire_webhook_pending", .gauge, "Deliveries owed, as far as memory holds them.",
            by: "endpoint", status.pendingDeliveries.mapValues { Double($0) })
    }

    private func byBroker(
        _ status: EngineStatus, _ value: (EngineStatus.Broker) -> Double
    ) -> [String: Double] {
        var values: [String: Double] = [:]
        for broker in status.brokers { values[broker.name] = value(broker) }
        return values
    }
}

extension CodecFailure.Kind {
    fileprivate var name: String {
        switch self {
        case .threw: "threw"
        case .timedOut: "timed_out"
        case .outOfMemory: "out_of_memory"
        case .noSuchFunction: "no_such_function"
        case .notAnObject: "not_an_object"
        case .tooLarge: "too_large"
        case .crashed: "crashed"
        case .notLoaded: "not_loaded"
        case .codecSuspended: "codec_suspended"
        case .sandboxUnavailable: "sandbox_unavailable"
        case .deadlinePassed: "deadline_passed"
        }
    }
}
