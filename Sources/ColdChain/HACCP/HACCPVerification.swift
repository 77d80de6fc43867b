extension HACCPPlan {
    /// How it is shown that the plan is followed and works (principle 6).
    package struct Verification: Equatable, Sendable {
        package enum Kind: String, CaseIterable, Sendable {
            /// Sensors are compared with a reference.
            case calibration
            /// Somebody reads and signs the records.
            case recordReview = "record_review"
            /// The log is proven by its chain.
            case logProof = "log_proof"
            /// A fault is simulated, to see whether the alarm comes.
            case alarmTest = "alarm_test"
            /// The plan itself is looked through.
            case planReview = "plan_review"
        }

        /// When it is due again.
        package enum Due: Equatable, Sendable {
            case everyDays(Int)
            /// After the record was made.
            case withinWorkingDays(Int)
        }

        package var id: String
        package var kind: Kind
        package var task: String
        package var who: String
        package var due: Due
        package var basis: Basis

        package init(
            id: String, kind: Kind, task: String, who: String, due: Due, basis: Basis
        ) {
            self.id = id
            self.kind = kind
            self.task = task
            self.who = who
            self.due = due
            self.basis = basis
        }

        /// The days that a due date may be away: ten years.
        package static let days = 1...3650
    }

    /// A kind of record that is kept (principle 7).
    package struct Record: Equatable, Sendable {
        /// What decides how long it is kept.
        package enum Retention: String, CaseIterable, Sendable {
            /// `store.temperature_retention`.
            case temperature
            /// `store.location_retention`.
            case location
            /// `retention.raw_payloads`.
            case messages
            /// As long as the log is.
            case log
        }

        package var id: String
        package var what: String
        /// The table or view of the log.
        package var table: String
        /// The request that answers it; nil where there is none.
        package var endpoint: String?
        /// The command that writes it out; nil where there is none.
        package var export: String?
        package var retention: Retention

        package init(
            id: String, what: String, table: String, endpoint: String?, export: String?,
            retention: Retention
        ) {
            self.id = id
            self.what = what
            self.table = table
            self.endpoint = endpoint
            self.export = export
            self.retention = retention
        }
    }
}
