-- Replaced by learned, whose rows are written together with how far they were learned.
DROP TABLE IF EXISTS baselines;
