-- Which credentials were used from a place they had never been used from before?
-- Columns: first_seen, lineage, credential, source (prefix), network, country, client (user-agent family), events from
--   there, known_for_days (how long the credential had been known by then).
-- Adapt: new means first seen in the last day of the log; credentials younger than that are left out, because
--   everything about them is new. Change the two intervals of 1 DAY together.
WITH (SELECT max(last_at) FROM keytrail.credentials) - INTERVAL 1 DAY AS recent
SELECT
    sources.first_seen AS first_seen,
    sources.lineage AS lineage,
    credentials.display AS credential,
    sources.source AS source,
    sources.network AS network,
    sources.country AS country,
    sources.client AS client,
    sources.events AS events,
    dateDiff('day', credentials.first_at, sources.first_seen) AS known_for_days
FROM
(
    SELECT
        tenant,
        lineage,
        source,
        anyLast(used.network) AS network,
        anyLast(used.country) AS country,
        anyLast(used.client) AS client,
        min(first_at) AS first_seen,
        sum(used.events) AS events
    FROM keytrail.credential_sources AS used
    WHERE lineage != 'anonymous'
    GROUP BY tenant, lineage, source
    HAVING first_seen >= recent
) AS sources
INNER JOIN
(
    SELECT tenant, lineage, anyLast(display) AS display, min(first_at) AS first_at
    FROM keytrail.credentials
    GROUP BY tenant, lineage
    HAVING first_at < recent
) AS credentials USING (tenant, lineage)
ORDER BY first_seen DESC
LIMIT 500;
