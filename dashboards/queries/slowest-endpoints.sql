-- Which endpoints are slow, and for whom?
-- Columns: method, route, events, p50_ms, p95_ms, p99_ms, slowest_caller (credential with the highest mean latency).
-- Adapt: the last 7 days of the log, endpoints with 20 calls and more that log a latency.
SELECT
    method,
    route,
    sum(calls) AS events,
    round(quantileTDigestMerge(0.5)(median), 1) AS p50_ms,
    round(quantileTDigestMerge(0.95)(p95), 1) AS p95_ms,
    round(quantileTDigestMerge(0.99)(p99), 1) AS p99_ms,
    argMax(lineage, mean) AS slowest_caller
FROM
(
    SELECT
        method,
        route,
        lineage,
        count() AS calls,
        avg(latency_ms) AS mean,
        quantileTDigestState(0.5)(assumeNotNull(latency_ms)) AS median,
        quantileTDigestState(0.95)(assumeNotNull(latency_ms)) AS p95,
        quantileTDigestState(0.99)(assumeNotNull(latency_ms)) AS p99
    FROM keytrail.events
    WHERE latency_ms IS NOT NULL AND at >= (SELECT max(at) FROM keytrail.events) - INTERVAL 7 DAY
    GROUP BY method, route, lineage
)
GROUP BY method, route
HAVING events >= 20
ORDER BY p95_ms DESC
LIMIT 100;
