-- How long something waits to be sent, for the operator.
CREATE INDEX outbox_by_age ON outbox (lane, created, id);
