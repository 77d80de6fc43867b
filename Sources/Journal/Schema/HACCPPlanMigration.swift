extension Schema {
    /// The HACCP plans that were in force.
    static let haccpPlanMigration = Migration([
        """
        -- Every version of the HACCP plan that was put in force, whole. What the chain holds between a
        -- row here and the next was recorded under this row's plan.
        CREATE TABLE haccp_plans(
            number INTEGER PRIMARY KEY,
            in_force_from INTEGER NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            -- The SHA-256 of `plan`.
            hash BLOB NOT NULL,
            -- As JSON in its canonical form (RFC 8785).
            plan TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER haccp_plan_is_final BEFORE UPDATE ON haccp_plans
            BEGIN SELECT RAISE(ABORT, 'a plan that was in force is never changed'); END;
        CREATE TRIGGER haccp_plan_stays BEFORE DELETE ON haccp_plans
            BEGIN SELECT RAISE(ABORT, 'a plan that was in force is never erased'); END;
        """
    ])
}
