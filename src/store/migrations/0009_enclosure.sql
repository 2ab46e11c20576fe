-- A file that goes with an item, of which its source says length, type and address, in this order.
ALTER TABLE item ADD COLUMN enclosure TEXT;
