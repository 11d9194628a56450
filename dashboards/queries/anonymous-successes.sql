-- Which endpoints answer callers that present no credential at all?
-- Columns: method, route, successes, objects (different records read), bytes_out, sources (different prefixes),
--   first_at, last_at.
-- Adapt: health checks and public pages belong here; exclude them with "AND route NOT IN ('/health', …)".
SELECT
    method,
    route,
    count() AS successes,
    uniqArray(objects) AS objects,
    sum(events.bytes_out) AS bytes_out,
    uniq(client_prefix) AS sources,
    min(at) AS first_at,
    max(at) AS last_at
FROM keytrail.events AS events
WHERE credential_kind = 'anonymous' AND status >= 200 AND status < 300
GROUP BY tenant, method, route
ORDER BY objects DESC, successes DESC
LIMIT 200;
