import Bridge
import ColdChain
import DeviceCodecs
import Fabric
import Journal
import Wire

/// Answers questions about the log in the API's words.
struct LogAnswers {
    let reader: JournalReader
    /// What is known of devices by their profiles; nil where the profiles cannot be had.
    let catalogue: ProfileCatalogue?
    let rules: OrderRules
    let now: Timestamp

    private func answers(to question: OrderQuestion) -> OrderAnswers {
        OrderAnswers(
            reader: reader, catalogue: catalogue, rules: rules, question: question,
            now: question.asOf ?? now)
    }

    func answer(_ query: ReadQuery) throws(StoreError) -> APIResponse {
        switch query {
        case .order(let id, let identity):
            guard var order = try reader.order(id: id), identity.maySee(order) else {
                return .unknownOrder(id)
            }
            let place = try reader.deliveryPlace(of: order.number)
            order.delivery = place.place
            let silences = try reader.silences(of: order.number)
            return .json { writer in
                writer.orderMembers(order)
                writer.placeProblemMember(place.problem)
                writer.silencesMember(silences)
            }
        case .temperature(let question, let position, let limit):
            return try answers(to: question).temperature(after: position, limit: limit)
        case .freshness(let question): return try answers(to: question).freshness()
        case .flags(let question): return try answers(to: question).flags()
        case .checkpoints(let question): return try answers(to: question).checkpoints()
        case .deadLetters(let after, let limit):
            return deadLetters(try reader.deadLetters(after: after, limit: limit), limit: limit)
        case .devices(let after, let limit):
            return devices(try reader.devices(after: after, limit: limit), limit: limit)
        case .device(let id):
            guard let device = try reader.device(id: id) else { return .unknownDevice(id) }
            return .json { members(of: device, &$0) }
        case .alerts(let filter, let before, let limit):
            return .alerts(
                try reader.alerts(filter, before: before, limit: limit), limit: limit)
        case .alert(let number, let site):
            guard let found = try reader.alert(number: number, site: site) else {
                return .unknownAlert(number)
            }
            return .alert(found.alert, history: found.history)
        case .calibrations(let device): return try calibrations(of: device)
        case .unknownFrames(let limit):
            let frames = try reader.unknownFrames(limit: limit)
            return .json { writer in
                writer.name("unknown")
                writer.array { array in
                    for frame in frames { array.object { $0.unknownFrameMembers(frame) } }
                }
            }
        case .holds(let number, let limit): return try holds(after: number, limit: limit)
        case .subject(let subject, let number, let limit):
            return try records(of: subject, after: number, limit: limit)
        case .accesses(let number, let subject, let limit):
            return .accesses(
                try reader.accesses(before: number, subject: subject, limit: limit), limit: limit)
        case .dryRun, .export, .haccpPlan: return .notFound
        }
    }

    private func deadLetters(_ letters: [LoggedDeadLetter], limit: Int) -> APIResponse {
        .json { writer in
            writer.name("deadLetters")
            writer.array { array in
                for letter in letters { array.object { $0.deadLetterMembers(letter) } }
            }
            if letters.count == limit, let last = letters.last {
                writer.member("next", String(last.number))
            }
        }
    }

    private func calibrations(of device: String) throws(StoreError) -> APIResponse {
        let entries = try reader.calibrations(ofDevice: device)
        if entries.isEmpty, try reader.device(id: device) == nil { return .unknownDevice(device) }
        let superseding = Dictionary(
            entries.compactMap { entry in entry.supersedes.map { ($0, entry.number) } },
            uniquingKeysWith: { $1 })
        return .json { writer in
            writer.member("deviceId", device)
            writer.name("calibrations")
            writer.array { array in
                for entry in entries {
                    array.object { writer in
                        writer.calibrationMembers(entry)
                        writer.member(
                            "supersededBy",
                            superseding[entry.number].map { Int64($0.rawValue) })
                        if let calibration = entry.calibration {
                            writer.member("isOverdue", now > calibration.dueAt)
                        }
                    }
                }
            }
        }
    }

    /// What the registry knows of a device, and then its profile.
    private func members(of device: RegisteredDevice, _ writer: inout JSONWriter) {
        writer.deviceMembers(device)
        let decoder = device.lastProfile.map { String($0.prefix { $0 != "@" }) }
        guard let id = device.profile ?? decoder, let number = catalogue?.number(of: id),
            let profile = catalogue?[number]
        else { return }
        writer.profileMembers(profile)
    }

    private func devices(_ devices: [RegisteredDevice], limit: Int) -> APIResponse {
        .json { writer in
            writer.name("devices")
            writer.array { array in
                for device in devices { array.object { members(of: device, &$0) } }
            }
            if devices.count == limit, let last = devices.last { writer.member("next", last.id) }
        }
    }
}

extension LogPosition {
    /// The position as the API hands it out: milliseconds, a hyphen, the row.
    var cursor: String { "\(measuredAt.milliseconds)-\(id)" }

    init?(cursor: String) {
        let parts = cursor.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let id = UInt64(parts[1])
        else { return nil }
        self.init(measuredAt: Timestamp(milliseconds: milliseconds), id: id)
    }
}
