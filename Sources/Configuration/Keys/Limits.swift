package import ColdChain
import Wire

extension Configuration {
    /// The critical limits of food, and what time a reading may have.
    package struct Limits: Equatable, Sendable {
        /// The FDA Food Code 2022, which comes with Freshwire.
        package static let foodCodeProfile = "us-fda-2022"

        package var profile = foodCodeProfile
        /// Sets of limits beside those that come with Freshwire.
        package var directory: String?
        /// Nil, here and below: as the profile says.
        package var hotMinimumCelsius: Double?
        package var coldMaximumCelsius: Double?
        package var frozenMaximumCelsius: Double?
        package var futureTolerance = Duration.seconds(60)
        package var oldestReading = Duration.seconds(90 * 86_400)

        package init() {}
    }
}

/// Why the limits that are configured cannot be used, or what is risky about them.
package struct LimitRefusal: Error, Equatable, Sendable {
    /// The key whose change can end it, such as `limits.profile`.
    package var key: String
    /// Goes on where the key stands as the subject.
    package var message: String
}

extension LimitRefusal: CustomStringConvertible {
    package var description: String { "\(key) \(message)" }
}

extension Configuration.Limits {
    static let profileKey = "limits.profile"
    static let ownKeys: [(key: String, quantity: LimitQuantity)] = [
        ("limits.hot_minimum_celsius", .hotHoldMinimum),
        ("limits.cold_maximum_celsius", .coldHoldMaximum),
        ("limits.frozen_maximum_celsius", .frozenHoldMaximum),
    ]

    package var own: OwnLimits {
        OwnLimits(
            hotMinimum: hotMinimumCelsius, coldMaximum: coldMaximumCelsius,
            frozenMaximum: frozenMaximumCelsius, source: "the operator's configuration")
    }

    /// The limits in force: the profile's, and over them those that are set one by one.
    package func inForce(
        in catalogue: LimitCatalogue
    ) throws(LimitRefusal) -> JurisdictionProfile {
        let named = try chosen(in: catalogue)
        do throws(LimitContradiction) {
            return try named.replacing(own)
        } catch {
            let quantity: LimitQuantity? =
                if case .quantity(let quantity) = error.place { quantity } else { nil }
            let isSet = [
                hotMinimumCelsius != nil, coldMaximumCelsius != nil, frozenMaximumCelsius != nil,
            ]
            let set = zip(Self.ownKeys, isSet).filter(\.1).map(\.0)
            let key = set.first { $0.quantity == quantity } ?? set.first
            throw LimitRefusal(
                key: key?.key ?? Self.profileKey,
                message: "contradicts the other limits: \(error.message)")
        }
    }

    /// What of one's own limits lets food pass that the profile would not.
    package func risks(in catalogue: LimitCatalogue) throws(LimitRefusal) -> [LimitRefusal] {
        let profile = try chosen(in: catalogue)
        let loosened = profile.loosened(by: own)
        return Self.ownKeys.filter { loosened.contains($0.quantity) }.map {
            LimitRefusal(
                key: $0.key, message: "lets food pass that the limits of '\(profile.id)' do not")
        }
    }

    /// The profile as it stands in its file.
    private func chosen(in catalogue: LimitCatalogue) throws(LimitRefusal) -> JurisdictionProfile {
        do throws(ConfigurationProblem) {
            return try catalogue.profile(profile)
        } catch {
            let meant = didYouMeanAside(error.suggestion)
            let place = directory.map { "in \($0)" } ?? "in a directory, named by limits.directory"
            throw LimitRefusal(
                key: Self.profileKey,
                message: "is '\(profile)', and there are no limits called so\(meant); limits of"
                    + " your own are files <name>.yaml \(place)")
        }
    }
}

extension Configuration.Limits: Section {
    static let keys: [Key<Self>] = [
        Key(
            "profile", \.profile, .label, isReloadable: true,
            """
            The set of limits in force, recorded with each alert: one that comes with Freshwire, \
            such as uk, or one of limits.directory.
            """),
        Key(
            "directory", \.directory, .directory, example: "/etc/freshwire/limits",
            isReloadable: true,
            "A directory with sets of limits of your own, each in <id>.yaml."),
        Key(
            "hot_minimum_celsius", \.hotMinimumCelsius, .number(40...100), example: 57,
            isReloadable: true,
            "The lowest temperature of hot food in °C in place of the profile's."),
        Key(
            "cold_maximum_celsius", \.coldMaximumCelsius, .number(-5...15), example: 5,
            isReloadable: true,
            "The highest temperature of cold food in °C in place of the profile's."),
        Key(
            "frozen_maximum_celsius", \.frozenMaximumCelsius, .number(-40...0), example: -18,
            isReloadable: true,
            """
            The highest temperature of frozen food in °C in place of the profile's; the Food Code \
            gives no number.
            """),
        Key(
            "future_tolerance", \.futureTolerance, .duration(.zero ... .seconds(3600)),
            isReloadable: true,
            "How far ahead of this machine's clock a device's time may be before it is flagged."),
        Key(
            "oldest_reading", \.oldestReading,
            .duration(.seconds(3600) ... .seconds(3650 * 86_400)),
            isReloadable: true,
            "How old a reading may be by the device's own time before it is flagged."),
    ]
}
