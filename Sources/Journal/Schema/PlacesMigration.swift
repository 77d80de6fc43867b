extension Schema {
    /// Where orders go to, sealed. What stands in the clear in an older log is sealed by
    /// `PlaceSealing`, which this cannot do.
    static let placesMigration = Migration([
        """
        -- Where an order is to be delivered: the newest of an order holds; numbers have no holes.
        CREATE TABLE places(
            number INTEGER PRIMARY KEY,
            order_number INTEGER NOT NULL REFERENCES orders,
            -- Which key it was sealed with: not the key.
            key INTEGER NOT NULL,
            -- Nonce, latitude and longitude in AES-256-GCM, tag.
            sealed BLOB NOT NULL
        ) STRICT;
        CREATE INDEX place_by_order ON places(order_number, number);
        CREATE INDEX place_by_key ON places(key);
        CREATE TRIGGER place_is_final BEFORE UPDATE ON places
            BEGIN SELECT RAISE(ABORT, 'a recorded place is never changed'); END;
        """,
        """
        CREATE TRIGGER order_place_is_sealed BEFORE INSERT ON orders
            WHEN NEW.delivery_latitude IS NOT NULL OR NEW.delivery_longitude IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a place of delivery belongs into places, sealed'); END;
        CREATE TRIGGER order_place_stays_sealed BEFORE UPDATE ON orders
            WHEN NEW.delivery_latitude IS NOT NULL OR NEW.delivery_longitude IS NOT NULL
            BEGIN SELECT RAISE(ABORT, 'a place of delivery belongs into places, sealed'); END;
        """,
    ])
}
