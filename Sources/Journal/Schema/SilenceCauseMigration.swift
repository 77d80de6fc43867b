extension Schema {
    /// Why a silence says nothing of its sensor.
    static let silenceCauseMigration = Migration([
        """
        -- 1 the broker could not be reached; NULL where nothing is known but that nothing came.
        ALTER TABLE silences ADD COLUMN cause INTEGER;
        """
    ])
}
