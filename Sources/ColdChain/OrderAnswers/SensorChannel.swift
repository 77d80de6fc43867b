/// A temperature as the log holds it, without a number where a marker stood.
package struct LoggedTemperature: Equatable, Sendable {
    package var celsius: Double?
    package var measuredAt: Timestamp
    package var receivedAt: Timestamp
    /// The newest flags.
    package var quality: QualityFlags

    package init(
        celsius: Double?, measuredAt: Timestamp, receivedAt: Timestamp, quality: QualityFlags
    ) {
        self.celsius = celsius
        self.measuredAt = measuredAt
        self.receivedAt = receivedAt
        self.quality = quality
    }

    /// Nil for what must not be used: no number, or flagged bad or missing (§2.2).
    var point: TemperaturePoint? {
        guard let celsius else { return nil }
        let rollup = quality.rollup
        guard quality.isUsable else { return nil }
        return TemperaturePoint(
            celsius: celsius, measuredAt: measuredAt,
            isSuspect: rollup == .suspect || rollup == .bad)
    }

    /// Whether it failed a test of its change, so that no forecast may rest on it.
    var isUnsteady: Bool {
        quality[.spike] == .suspect || quality[.rateOfChange] == .suspect
            || quality[.spike] == .bad || quality[.rateOfChange] == .bad
    }
}

/// One probe of one device, and what it measured in a bag while that carried an order.
package struct SensorChannel: Equatable, Sendable {
    package var device: String
    package var probe: UInt8
    /// The profile that decoded the newest of them.
    package var profile: String
    package var readings: [LoggedTemperature] = []
    /// How often the device is expected to send, in seconds; nil where nobody told.
    package var expectedIntervalSeconds: Int?
    /// The sensor's step in kelvin; nil where its profile does not tell.
    package var resolution: Double?

    package init(device: String, probe: UInt8, profile: String) {
        self.device = device
        self.probe = probe
        self.profile = profile
    }

    /// What its readings may be apart, in microseconds.
    func maximumGap(_ settings: ExcursionSettings) -> Int64 {
        guard let seconds = expectedIntervalSeconds, seconds > 0 else {
            return settings.maximumGap
        }
        let interval = Int64(seconds).multipliedReportingOverflow(by: ExcursionSettings.second)
        guard !interval.overflow else { return settings.maximumGap }
        return max(
            settings.maximumGap,
            ExcursionSettings.maximumGap(expectedInterval: interval.partialValue))
    }
}

/// A bag's custody of an order, with the sensors that spoke in it.
package struct CustodyStretch: Equatable, Sendable {
    package var custody: Custody
    package var channels: [SensorChannel]

    package init(custody: Custody, channels: [SensorChannel] = []) {
        self.custody = custody
        self.channels = channels
    }
}

/// What orders are judged by.
package struct OrderRules: Equatable, Sendable {
    package var profile: JurisdictionProfile
    package var excursions: ExcursionSettings
    package var freshness: FreshnessSettings
    package var flags = OrderFlagRules()

    package init(
        profile: JurisdictionProfile, excursions: ExcursionSettings,
        freshness: FreshnessSettings = .usual
    ) {
        self.profile = profile
        self.excursions = excursions
        self.freshness = freshness
    }
}
