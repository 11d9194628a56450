-- Which credentials still exist in the log's past but have not been used for a while? Candidates for revocation.
-- Columns: lineage, kind, credential, last_used, days_unused, first_used, events (over its whole life).
-- Adapt: unused means no call in the last 14 days of the log; guessed identities (weak) are left out.
WITH (SELECT max(last_at) FROM keytrail.credentials) AS log_end
SELECT
    lineage,
    anyLast(credentials.kind) AS kind,
    anyLast(credentials.display) AS credential,
    max(credentials.last_at) AS last_used,
    dateDiff('day', last_used, log_end) AS days_unused,
    min(credentials.first_at) AS first_used,
    sum(credentials.events) AS events
FROM keytrail.credentials AS credentials
WHERE lineage != 'anonymous'
GROUP BY tenant, lineage
HAVING max(credentials.weak) = 0 AND last_used < log_end - INTERVAL 14 DAY
ORDER BY days_unused DESC
LIMIT 500;
