-- Which credentials began to use an endpoint they had never used before?
-- Columns: first_used, lineage, method, route, events, successes, known_for_days (age of the credential by then).
-- Adapt: new means first used in the last day of the log; credentials younger than that are left out.
WITH (SELECT max(last_at) FROM keytrail.credentials) - INTERVAL 1 DAY AS recent
SELECT
    endpoints.first_used AS first_used,
    endpoints.lineage AS lineage,
    endpoints.method AS method,
    endpoints.route AS route,
    endpoints.events AS events,
    endpoints.successes AS successes,
    dateDiff('day', credentials.first_at, endpoints.first_used) AS known_for_days
FROM
(
    SELECT
        tenant,
        lineage,
        method,
        route,
        min(first_at) AS first_used,
        sum(used.events) AS events,
        sum(used.successes) AS successes
    FROM keytrail.credential_endpoints AS used
    WHERE lineage != 'anonymous'
    GROUP BY tenant, lineage, method, route
    HAVING first_used >= recent
) AS endpoints
INNER JOIN
(
    SELECT tenant, lineage, min(first_at) AS first_at
    FROM keytrail.credentials
    GROUP BY tenant, lineage
    HAVING first_at < recent
) AS credentials USING (tenant, lineage)
ORDER BY first_used DESC
LIMIT 500;
