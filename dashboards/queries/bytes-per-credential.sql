-- Who takes how much data out, and is that more than usual?
-- Columns: lineage, credential, bytes_last_day, bytes_per_day_before (average over the active days before),
--   times_usual (null when there is no day before), events_last_day.
-- Adapt: the day is the last 24 hours of the log; days before are whole ones. Order by times_usual to see changes instead of size.
WITH (SELECT max(hour) FROM keytrail.traffic_hours) - INTERVAL 1 DAY AS recent
SELECT
    last_day.lineage AS lineage,
    credentials.display AS credential,
    last_day.bytes AS bytes_last_day,
    round(before.bytes / before.days) AS bytes_per_day_before,
    if(before.days = 0, NULL, round(last_day.bytes / greatest(1, before.bytes / before.days), 1)) AS times_usual,
    last_day.calls AS events_last_day
FROM
(
    SELECT tenant, lineage, sum(bytes_out) AS bytes, sum(events) AS calls
    FROM keytrail.credential_objects
    WHERE hour > recent
    GROUP BY tenant, lineage
    HAVING bytes > 0
    ORDER BY bytes DESC
) AS last_day
LEFT JOIN
(
    SELECT tenant, lineage, sum(bytes_out) AS bytes, uniqExact(day) AS days
    FROM keytrail.credential_sources
    WHERE day < toStartOfDay(recent)
    GROUP BY tenant, lineage
) AS before USING (tenant, lineage)
LEFT JOIN
(
    SELECT tenant, lineage, anyLast(display) AS display FROM keytrail.credentials GROUP BY tenant, lineage
) AS credentials USING (tenant, lineage)
ORDER BY bytes_last_day DESC
LIMIT 200;
