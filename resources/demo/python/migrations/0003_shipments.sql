-- up
CREATE TABLE shipments (
    order_id INTEGER PRIMARY KEY REFERENCES orders (id),
    tracking_code TEXT NOT NULL,
    shipped_on TEXT NOT NULL
);

-- down
DROP TABLE shipments;
