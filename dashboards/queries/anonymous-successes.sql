-- Which endpoints answer callers that present no credential at all?
-- Columns: method, route, successes, objects (different records read, estimated to about 1 %), bytes_out, sources (different
--   prefixes), first_at, last_at.
-- Adapt: health checks and public pages belong here; exclude them with "AND route NOT IN ('/health', …)".
SELECT
    method,
    route,
    sum(anonymous_successes) AS successes,
    uniqMerge(anonymous_objects) AS objects,
    sum(anonymous_bytes_out) AS bytes_out,
    uniqMerge(anonymous_sources) AS sources,
    min(anonymous_first_at) AS first_at,
    max(anonymous_last_at) AS last_at
FROM keytrail.endpoint_hours
WHERE anonymous_successes > 0
GROUP BY tenant, method, route
ORDER BY objects DESC, successes DESC
LIMIT 200;
