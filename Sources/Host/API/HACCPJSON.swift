import ColdChain
import Configuration
import Crypto
import Journal
import Wire

extension JSONWriter {
    /// The plan as it stands in its file, the hash it is known by, and what is in force beside it.
    mutating func haccpPlanMembers(
        _ inForce: HACCPPlanInForce, hash: SHA256Digest, logged: [LoggedHACCPPlan]
    ) {
        member("sha256", hexadecimal(hash.bytes))
        member("isApproved", inForce.plan.approval != nil)
        name("plan")
        value(inForce.plan.json)
        name("inForce")
        object { $0.members(of: inForce) }
        name("logged")
        array { array in
            for plan in logged { array.object { $0.loggedPlanMembers(plan) } }
        }
    }

    private mutating func loggedPlanMembers(_ logged: LoggedHACCPPlan) {
        member("number", logged.number)
        member("id", logged.id)
        member("version", Int64(logged.version))
        member("sha256", hexadecimal(logged.hash.bytes))
        instantMember("inForceFrom", logged.inForceFrom)
    }

    private mutating func members(of inForce: HACCPPlanInForce) {
        name("limits")
        object { $0.profileMembers(of: inForce.profile) }
        name("controlPoints")
        array { points in
            for point in inForce.plan.controlPoints {
                points.object { $0.members(of: point, in: inForce) }
            }
        }
        name("excursions")
        object { $0.members(of: inForce.watching.excursions) }
        name("silence")
        object { silence in
            silence.member("expectedInterval", "as each device is registered")
            silence.seconds(
                "maximumGapSeconds", microseconds: inForce.watching.excursions.maximumGap)
            silence.seconds(
                "backlogPauseSeconds", milliseconds: inForce.watching.backlogPause)
        }
        name("records")
        array { records in
            for record in inForce.plan.records {
                records.object { writer in
                    writer.member("id", record.id)
                    // null: as long as the log is kept.
                    writer.nullable(
                        "retentionDays", inForce.retention.days(record.retention).map(Int64.init))
                }
            }
        }
    }
}

// MARK: - Limits

extension JSONWriter {
    fileprivate mutating func profileMembers(of profile: JurisdictionProfile) {
        member("profile", profile.id)
        member("version", Int64(profile.version))
        member("title", profile.title)
        member("edition", profile.edition)
        member("unitOfRecord", profile.unit.rawValue)
        nullable("timeControlProcedure", profile.timeControlProcedure)
        name("provisions")
        array { provisions in
            for provision in profile.provisions {
                provisions.object { $0.members(of: provision, in: profile.unit) }
            }
        }
    }

    private mutating func members(of provision: Provision, in unit: TemperatureUnit) {
        member("quantity", provision.quantity.rawValue)
        switch provision.amount {
        case .temperature(let value):
            member("value", value)
            member("unit", unit.rawValue)
        case .microseconds(let value):
            member("value", Double(value) / 1_000_000)
            member("unit", "s")
        }
        member("rule", provision.rule)
        member("source", provision.source)
        member("isVerified", provision.isVerified)
        member("note", provision.note)
    }

    fileprivate mutating func members(
        of point: HACCPPlan.ControlPoint, in inForce: HACCPPlanInForce
    ) {
        member("id", point.id)
        name("limits")
        array { limits in
            for snapshot in inForce.limits(of: point) {
                limits.object { limit in
                    limit.limitMembers(snapshot)
                    // Without a number the food's temperature is recorded and not judged.
                    limit.member("hasLimit", snapshot.hasLimit)
                    let age = inForce.profile.ageMaximum(of: snapshot.foodClass)
                    limit.seconds("ageMaximumSeconds", microseconds: age)
                }
            }
        }
        guard point.monitoring.by == .sensor else { return }
        name("tests")
        array { tests in
            for foodClass in point.foodClasses {
                guard let settings = inForce.watching.tests[foodClass] else { continue }
                tests.object { writer in
                    writer.member("foodClass", foodClass.name)
                    writer.testMembers(settings, in: inForce.watching)
                }
            }
        }
    }
}

// MARK: - How readings are watched

extension JSONWriter {
    fileprivate mutating func members(of settings: ExcursionSettings) {
        seconds("graceSeconds", microseconds: settings.grace)
        member("criticalMarginKelvin", settings.criticalMargin)
        seconds("criticalGraceSeconds", microseconds: settings.criticalGrace)
        member("hysteresisKelvin", settings.hysteresis)
        seconds("clearDelaySeconds", microseconds: settings.clearDelay)
    }

    fileprivate mutating func testMembers(
        _ settings: QualitySettings, in watching: HACCPPlanInForce.Watching
    ) {
        member("settingsVersion", Int64(settings.version))
        member("applied", watching.appliesAllTests ? "all" : "gross_range")
        if let range = settings.grossRange {
            name("plausible")
            array {
                $0.value(range.plausibleSpan.lowerBound); $0.value(range.plausibleSpan.upperBound)
            }
        }
        guard watching.appliesAllTests else { return }
        seconds("maximumGapSeconds", milliseconds: settings.maximumGap)
        member("spikeSuspect", settings.spike.suspect)
        member("spikeBad", settings.spike.bad)
        member("rateSuspectPerMinute", settings.rate.suspect)
        member("rateBadPerMinute", settings.rate.bad)
        seconds("flatSuspectSeconds", milliseconds: settings.flat.suspect)
        seconds("flatBadSeconds", milliseconds: settings.flat.bad)
        member("flatTolerance", settings.flat.tolerance)
        seconds("attenuationPeriodSeconds", milliseconds: settings.attenuation.period)
        member("attenuationSuspect", settings.attenuation.suspect)
        member("attenuationBad", settings.attenuation.bad)
        member("pairDifference", watching.pair.difference)
        seconds("pairDurationSeconds", milliseconds: watching.pair.duration)
    }

    fileprivate mutating func seconds(_ name: String, microseconds: Int64?) {
        nullable(name, microseconds.map { Double($0) / 1_000_000 })
    }

    fileprivate mutating func seconds(_ name: String, milliseconds: Int64) {
        member(name, Double(milliseconds) / 1_000)
    }
}
