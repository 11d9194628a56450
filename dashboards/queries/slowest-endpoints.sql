-- Which endpoints are slow, and for whom?
-- Columns: method, route, events, p50_ms, p95_ms, p99_ms, slowest_caller (credential of the slowest call).
-- Adapt: the last 7 days of the log, endpoints with 20 calls and more that log a latency.
WITH quantilesTDigestMerge(0.5, 0.95, 0.99)(endpoints.latency_ms) AS latencies
SELECT
    method,
    route,
    sum(timed) AS events,
    round(latencies[1], 1) AS p50_ms,
    round(latencies[2], 1) AS p95_ms,
    round(latencies[3], 1) AS p99_ms,
    argMaxMerge(endpoints.slowest_caller) AS slowest_caller
FROM keytrail.endpoint_hours AS endpoints
WHERE timed > 0 AND hour >= (SELECT max(hour) FROM keytrail.traffic_hours) - INTERVAL 7 DAY
GROUP BY method, route
HAVING events >= 20
ORDER BY p95_ms DESC
LIMIT 100;
