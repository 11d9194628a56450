-- How much traffic is there, how much of it fails, and how many credentials are active?
-- Columns: hour, events, auth_failures (401 and 403), misses (404 and 410), server_errors (5xx), bytes_out, credentials
--   (estimated to about 1 %).
-- Adapt: the last 7 days of the log.
SELECT
    hour,
    sum(hours.events) AS events,
    sum(hours.auth_failures) AS auth_failures,
    sum(hours.misses) AS misses,
    sum(hours.server_errors) AS server_errors,
    sum(hours.bytes_out) AS bytes_out,
    uniqMerge(hours.credentials) AS credentials
FROM keytrail.traffic_hours AS hours
WHERE hour >= (SELECT max(hour) FROM keytrail.traffic_hours) - INTERVAL 7 DAY
GROUP BY hour
ORDER BY hour;
