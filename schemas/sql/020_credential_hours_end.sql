-- Nothing fills it any more.
DROP TABLE IF EXISTS credential_hours;
