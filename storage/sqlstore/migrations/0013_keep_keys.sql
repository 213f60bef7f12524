-- What an administration's former keys have signed counts for good, and what was
-- sealed to them a moment ago is taken: each with its entries of the log. epoch is
-- of the keyring that took its place; succession is '' where the root stayed.
CREATE TABLE former_keys (
    administration TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    vk {blob} NOT NULL,
    recipient TEXT NOT NULL,
    fact {blob} NOT NULL,
    succession {blob} NOT NULL,
    ended BIGINT NOT NULL,
    PRIMARY KEY (administration, epoch)
);
