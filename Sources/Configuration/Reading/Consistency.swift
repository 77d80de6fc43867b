/// What has to hold between keys. Each rule says in its message what the operator can do.
extension Configuration {
    func check(_ findings: inout Findings) {
        mqtt.check(&findings)
        proof.check(&findings)
        if let file = places.keyFile, file == proof.headFile || file == proof.signingKeyFile {
            findings.error(
                "is a file of the log's proof as well; the one would be written over the other",
                at: "places.key_file",
                comparing: ["proof.head_file", "proof.signing_key_file"])
        }
        server.check(&findings)
        authentication.check(&findings)
        webhooks.check(&findings)
        limits.check(&findings)
        quality.check(&findings)
        devices.check(&findings)
        if limits.oldestReading > .seconds(store.temperatureRetentionDays * 86_400) {
            findings.error(
                "is longer than store.temperature_retention, so they would be erased at once",
                at: "limits.oldest_reading", comparing: ["store.temperature_retention"])
        }
    }
}

extension Configuration.MQTT {
    fileprivate func check(_ findings: inout Findings) {
        if brokers.isEmpty {
            findings.error("is empty, so there would be nothing to read", at: "mqtt.brokers")
        }
        for (index, broker) in brokers.enumerated() {
            let path = "mqtt.brokers[\(index)]"
            let earlier = brokers[..<index]
            if earlier.contains(where: { $0.name == broker.name }) {
                findings.error(
                    "is '\(broker.name)' like an earlier broker's; give each its own",
                    at: "\(path).name")
            }
            if earlier.contains(where: {
                $0.host == broker.host && $0.port == broker.port && $0.clientID == broker.clientID
            }) {
                findings.error(
                    "is in use for the same broker already; the two would end each other",
                    at: "\(path).client_id", comparing: ["\(path).host", "\(path).port"])
            }
            broker.check(path, &findings)
        }
    }
}

extension Configuration.Proof {
    fileprivate func check(_ findings: inout Findings) {
        if let signingKeyFile, signingKeyFile == headFile {
            findings.error(
                "is the file of the key as well; the head would be written over it",
                at: "proof.head_file", comparing: ["proof.signing_key_file"])
        }
    }
}

extension Configuration.Broker {
    fileprivate func check(_ path: String, _ findings: inout Findings) {
        if passwordFile != nil, username == nil {
            findings.error(
                "needs a username", at: "\(path).password_file", comparing: ["\(path).username"])
        }
        if reconnectInitial > reconnectMaximum {
            findings.error(
                "is longer than reconnect_maximum", at: "\(path).reconnect_initial",
                comparing: ["\(path).reconnect_maximum"])
        }
        // mosquitto keeps 1000 messages for a client unless told otherwise, and drops the rest.
        if receiveMaximum >= 1000 {
            findings.warning(
                "is \(receiveMaximum): max_queued_messages of the broker has to be higher",
                at: "\(path).receive_maximum")
        }
        if version == .v311 {
            findings.warning(
                """
                is 3.1.1: the broker's max_inflight_messages bounds the rate, and its \
                persistent_client_expiration how long messages wait
                """, at: "\(path).protocol")
        }
        checkTLS("\(path).tls", &findings)
        if !tls.isEnabled, !isLoopback(host) {
            findings.warning(
                "is off, so readings and passwords travel to '\(host)' readable by all between",
                at: "\(path).tls.enabled", comparing: ["\(path).host"])
        }
    }

    private func checkTLS(_ path: String, _ findings: inout Findings) {
        checkPair(tls.certificateFile, tls.keyFile, at: path, &findings)
        guard !tls.isEnabled else { return }
        // Who names files for TLS does not expect to talk in the clear.
        let unused = [
            ("ca_file", tls.authorityFile), ("certificate_file", tls.certificateFile),
            ("key_file", tls.keyFile),
        ]
        for (key, file) in unused where file != nil {
            findings.error(
                "is set, but TLS is off; set \(path).enabled to true", at: "\(path).\(key)",
                comparing: ["\(path).enabled"])
        }
    }
}

extension Configuration.Server {
    fileprivate func check(_ findings: inout Findings) {
        checkPair(tls.certificateFile, tls.keyFile, at: "server.tls", &findings)
        signatures.check(&findings)
        sealing.check(&findings)
        if tls.certificateFile == nil, tls.keyFile == nil, !isLoopback(address) {
            findings.warning(
                "is reached from other machines without TLS; tokens travel readable",
                at: "server.address",
                comparing: ["server.tls.certificate_file", "server.tls.key_file"])
        }
        if outboxBytes > outboxTotalBytes {
            findings.error(
                "is more than server.outbox_total_bytes", at: "server.outbox_bytes",
                comparing: ["server.outbox_total_bytes"])
        }
        if allowedOrigins.contains("*") {
            findings.warning(
                "lets the page of any site connect with a visitor's token",
                at: "server.allowed_origins")
        }
    }
}

extension Configuration.Authentication {
    fileprivate func check(_ findings: inout Findings) {
        if hs256Secret != nil, hs256SecretFile != nil {
            findings.error(
                "and auth.hs256_secret_file are both set; keep one", at: "auth.hs256_secret",
                comparing: ["auth.hs256_secret_file"])
        }
    }
}

extension Configuration.Quality {
    fileprivate func check(_ findings: inout Findings) {
        let spans = [
            ("hot", hotLowest, hotHighest), ("cold", coldLowest, coldHighest),
            ("frozen", frozenLowest, frozenHighest), ("ambient", ambientLowest, ambientHighest),
        ]
        for (name, lowest, highest) in spans where lowest >= highest {
            findings.error(
                "is not below quality.\(name)_highest, so nothing would be plausible",
                at: "quality.\(name)_lowest", comparing: ["quality.\(name)_highest"])
        }
        let thresholds = [
            ("spike", spikeSuspect > spikeBad), ("rate", rateSuspect > rateBad),
            ("flat", flatSuspect > flatBad),
        ]
        for (name, isReversed) in thresholds where isReversed {
            findings.error(
                "is above quality.\(name)_bad, so nothing would be suspect",
                at: "quality.\(name)_suspect", comparing: ["quality.\(name)_bad"])
        }
        if attenuationSuspect < attenuationBad {
            findings.error(
                "is below quality.attenuation_bad, so nothing would be suspect",
                at: "quality.attenuation_suspect", comparing: ["quality.attenuation_bad"])
        }
    }
}

extension Configuration.Limits {
    /// What a directory holds is for whoever reads it to say.
    fileprivate func check(_ findings: inout Findings) {
        let keys = [Self.profileKey] + Self.ownKeys.map(\.key)
        guard directory == nil, let shipped = try? LimitCatalogue() else { return }
        do throws(LimitRefusal) {
            _ = try inForce(in: shipped)
            for risk in try risks(in: shipped) {
                findings.warning(risk.message, at: risk.key, comparing: keys)
            }
        } catch {
            findings.error(error.message, at: error.key, comparing: keys)
        }
    }
}

extension Configuration.Devices {
    fileprivate func check(_ findings: inout Findings) {
        for id in enable where disable.contains(id) {
            findings.error(
                "names '\(id)', which devices.disable names too; keep one", at: "devices.enable",
                comparing: ["devices.disable"])
        }
    }
}

extension Configuration.Webhooks {
    fileprivate func check(_ findings: inout Findings) {
        for (index, endpoint) in endpoints.enumerated() {
            let path = "webhooks.endpoints[\(index)]"
            if endpoints[..<index].contains(where: { $0.name == endpoint.name }) {
                findings.error(
                    "is '\(endpoint.name)' like an earlier endpoint's; give each its own",
                    at: "\(path).name")
            }
            endpoint.check(path, &findings)
        }
    }
}

extension Configuration.Endpoint {
    fileprivate func check(_ path: String, _ findings: inout Findings) {
        let keys = ["\(path).secret", "\(path).secret_file"]
        switch (secret, secretFile) {
        case (nil, nil):
            findings.error(
                "needs a secret_file or a secret to sign with", at: path, comparing: keys)
        case (_?, _?):
            findings.error(
                "and \(path).secret_file are both set; keep one", at: "\(path).secret",
                comparing: keys)
        default: break
        }
        if let address = WebAddress(url), !address.isEncrypted, !allowsPrivateAddresses {
            findings.error(
                "is not https; plain http needs allow_private_addresses and a private network",
                at: "\(path).url", comparing: ["\(path).allow_private_addresses"])
        }
    }
}

/// A certificate is of use only with its key.
private func checkPair(
    _ certificateFile: String?, _ keyFile: String?, at path: String, _ findings: inout Findings
) {
    let keys = ["\(path).certificate_file", "\(path).key_file"]
    if certificateFile != nil, keyFile == nil {
        findings.error("needs \(path).key_file too", at: keys[0], comparing: keys)
    }
    if certificateFile == nil, keyFile != nil {
        findings.error("needs \(path).certificate_file too", at: keys[1], comparing: keys)
    }
}

/// Whether what is sent to a host stays on this machine.
private func isLoopback(_ host: String) -> Bool {
    host == "localhost" || host == "::1" || host.hasPrefix("127.")
}
