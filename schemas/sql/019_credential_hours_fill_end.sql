-- Replaced by the rollups that follow, one per kind of question: credential_hours had nearly a row per call.
DROP VIEW IF EXISTS credential_hours_fill;
