import Bridge
import ColdChain
import Journal
import Wire

extension JSONWriter {
    mutating func holdMembers(_ hold: LegalHold) {
        member("number", Int64(clamping: hold.number))
        member("orderId", hold.scope.order)
        member("bagId", hold.scope.bag)
        member("deviceId", hold.scope.device)
        instantMember("from", hold.scope.from)
        instantMember("until", hold.scope.until)
        member("reason", hold.reason)
        member("placedBy", hold.placedBy)
        instantMember("placedAt", hold.placedAt)
        instantMember("expiresAt", hold.expiresAt)
        member("releasedBy", hold.releasedBy)
        instantMember("releasedAt", hold.releasedAt)
    }

    mutating func erasureMembers(_ report: ErasureReport) {
        name("orders")
        array { orders in for id in report.orders { orders.value(id) } }
        member("earlierStates", Int64(report.states))
        member("positions", Int64(report.fixes))
        member("checkpoints", Int64(report.checkpoints))
    }

    /// What the log holds of a person in one order.
    mutating func subjectMembers(_ record: SubjectRecord) {
        name("order")
        object { member in
            member.orderMembers(record.order)
            member.placeProblemMember(record.placeProblem)
        }
        name("bags")
        array { bags in
            for custody in record.bags { bags.object { $0.custodyMembers(custody) } }
        }
        name("events")
        array { events in
            for event in record.events {
                events.object { member in
                    member.member("event", event.name)
                    member.instantMember("occurredAt", event.occurredAt)
                    member.name("data")
                    member.raw(event.data)
                }
            }
        }
        name("checkpoints")
        array { checkpoints in
            for checkpoint in record.checkpoints {
                checkpoints.object { $0.checkpointMembers(checkpoint) }
            }
        }
        name("excursions")
        array { excursions in
            for excursion in record.excursions {
                excursions.object { $0.excursionMembers(excursion) }
            }
        }
        name("dataGaps")
        array { gaps in
            for gap in record.dataGaps {
                gaps.object { member in
                    member.instantMember("from", gap.loss.from.timestamp)
                    member.instantMember("until", gap.loss.until?.timestamp)
                    member.member("recovered", gap.isRecovered)
                }
            }
        }
        silencesMember(record.silences)
        guard !record.positions.isEmpty else { return }
        name("positions")
        array { positions in
            for logged in record.positions {
                positions.object { member in
                    member.instantMember("measuredAt", logged.fix.measuredAt)
                    member.member("latitude", logged.fix.position.latitude)
                    member.member("longitude", logged.fix.position.longitude)
                    member.member("speed", logged.fix.position.speed)
                    member.member("heading", logged.fix.position.heading)
                }
            }
        }
    }
}

extension APIResponse {
    /// Why nothing was erased: every reason with its order.
    static func refusal(of obstacles: [ErasureObstacle]) -> APIResponse {
        .error(
            409, "not_erasable",
            "nothing was erased: " + obstacles.map(\.words).joined(separator: "; "))
    }
}

extension ErasureObstacle {
    fileprivate var words: String {
        switch self {
        case .underWay(let order): "order \(order) is under way"
        case .onHold(let order, let hold): "order \(order) is under legal hold \(hold)"
        case .openAlert(let order): "order \(order) has an alert that is not closed and reviewed"
        case .openExcursion(let order): "order \(order) has an excursion that nobody has closed"
        }
    }
}

extension LogAnswers {
    func holds(after number: UInt64, limit: Int) throws(StoreError) -> APIResponse {
        let holds = try reader.holds(after: number, limit: limit)
        return .json { writer in
            writer.name("holds")
            writer.array { array in
                for hold in holds { array.object { $0.holdMembers(hold) } }
            }
            if holds.count == limit, let last = holds.last {
                writer.member("next", String(last.number))
            }
        }
    }

    func records(
        of subject: PersonalSubject, after number: UInt32, limit: Int
    ) throws(StoreError) -> APIResponse {
        let records = try reader.records(of: subject, after: number, limit: limit)
        return .json { writer in
            writer.name("records")
            writer.array { array in
                for record in records { array.object { $0.subjectMembers(record) } }
            }
            if records.count == limit, let last = records.last {
                writer.member("next", String(last.order.number.rawValue))
            }
        }
    }
}
