/// What the store's tables look like: a list of migrations, each from one version to the next.
package struct Schema: Equatable, Sendable {
    /// One step. It is carried out whole, in one transaction, or not at all.
    package struct Migration: Equatable, Sendable {
        package var statements: [String]

        package init(_ statements: [String]) {
            self.statements = statements
        }
    }

    /// The migration at index 0 leads from an empty file to version 1.
    package var migrations: [Migration]

    package init(migrations: [Migration]) {
        self.migrations = migrations
    }

    /// The schema this program reads and writes.
    package static let current = Schema(migrations: [
        firstMigration, secondMigration, thirdMigration, fourthMigration,
        excursionMigration, orderAnswersMigration, qualityMigration, alertsMigration,
        holdsMigration, placesMigration, calibrationMigration, haccpPlanMigration,
        silencesMigration, settledAlertsMigration,
        settlementMigration, silenceCauseMigration, historyMigration,
        publicationsMigration,
        accessMigration, offersMigration, presenceMigration,
    ])

    /// The version all migrations lead to, kept in `PRAGMA user_version`.
    package var version: Int { migrations.count }
}

extension Schema {
    /// "Frsh": marks the file as Freshwire's, for `file(1)` and for ourselves.
    static let applicationID: Int64 = 0x4672_7368

    /// The version of an open store; 0 where the file is new.
    func version(of database: Database) throws(StoreError) -> Int {
        let id = try database.integer("PRAGMA application_id") ?? 0
        let tables = try database.integer("SELECT count(*) FROM sqlite_schema") ?? 0
        guard id == Schema.applicationID || (id == 0 && tables == 0) else {
            throw StoreError(
                kind: .foreign, message: "this database was not made by Freshwire",
                statement: "PRAGMA application_id")
        }
        let found = Int(try database.integer("PRAGMA user_version") ?? 0)
        guard found <= version else {
            throw StoreError(
                kind: .schemaTooNew,
                message: "the store has schema \(found), this program knows up to \(version)",
                statement: "PRAGMA user_version")
        }
        return found
    }

    /// Brings the store to this version, and its names to those of the vocabulary.
    func migrate(_ database: Database) throws(StoreError) {
        for found in try version(of: database)..<version {
            try database.transaction { () throws(StoreError) in
                for statement in migrations[found].statements {
                    try database.execute(statement)
                }
                try database.execute("PRAGMA application_id = \(Schema.applicationID)")
                try database.execute("PRAGMA user_version = \(found + 1)")
            }
        }
        try database.transaction { () throws(StoreError) in
            try Vocabulary.write(to: database)
        }
    }

    /// Makes sure that a store opened only to be read has exactly this version.
    func requireCurrent(_ database: Database) throws(StoreError) {
        let found = try version(of: database)
        guard found == version else {
            throw StoreError(
                kind: .schemaTooOld,
                message: "the store has schema \(found), this program reads \(version)",
                statement: "PRAGMA user_version")
        }
    }
}
