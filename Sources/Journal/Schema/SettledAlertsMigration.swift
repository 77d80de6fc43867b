extension Schema {
    /// Settled alerts are erased at their age, with what people did about them.
    static let settledAlertsMigration = Migration([
        """
        DROP TRIGGER staff_action_stays;
        CREATE TRIGGER staff_action_stays BEFORE DELETE ON staff_actions
            WHEN OLD.number > coalesce(
                    (SELECT value FROM log_state WHERE name = 'staff_actions_erased_through'), 0)
                OR EXISTS (SELECT 1 FROM alerts WHERE number = OLD.alert
                    AND (is_closed = 0 OR review_due IS NOT NULL))
            BEGIN SELECT RAISE(ABORT, 'what somebody did is erased by retention only'); END;
        CREATE TRIGGER alert_stays BEFORE DELETE ON alerts
            WHEN OLD.is_closed = 0 OR OLD.review_due IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'an alert stays until it is closed and reviewed'); END;
        """
    ])
}
