-- Who takes how much data out, and is that more than usual?
-- Columns: lineage, credential, bytes_last_day, bytes_per_day_before (average over the active days before),
--   times_usual (null when there is no day before), events_last_day.
-- Adapt: the day is the last 24 hours of the log; order by times_usual to see changes instead of size.
WITH (SELECT max(hour) FROM keytrail.credential_hours) - INTERVAL 1 DAY AS recent
SELECT
    lineage,
    any(display) AS credential,
    sumIf(bytes, hour > recent) AS bytes_last_day,
    round(sumIf(bytes, hour <= recent) / uniqExactIf(toDate(hour), hour <= recent)) AS bytes_per_day_before,
    if(
        countIf(hour <= recent) = 0,
        NULL,
        round(sumIf(bytes, hour > recent)
            / greatest(1, sumIf(bytes, hour <= recent) / uniqExactIf(toDate(hour), hour <= recent)), 1)
    ) AS times_usual,
    sumIf(calls, hour > recent) AS events_last_day
FROM
(
    SELECT tenant, lineage, hour, sum(bytes_out) AS bytes, sum(events) AS calls
    FROM keytrail.credential_hours
    GROUP BY tenant, lineage, hour
) AS hours
INNER JOIN
(
    SELECT tenant, lineage, anyLast(display) AS display FROM keytrail.credentials GROUP BY tenant, lineage
) AS credentials USING (tenant, lineage)
GROUP BY tenant, lineage
HAVING bytes_last_day > 0
ORDER BY bytes_last_day DESC
LIMIT 200;
