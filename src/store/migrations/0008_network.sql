-- A subscriber has as many hosts as it likes, but not as many networks.
ALTER TABLE subscription ADD COLUMN network TEXT NOT NULL DEFAULT '';   -- that the callback answered from; '': not known
CREATE INDEX subscription_network ON subscription (network);
