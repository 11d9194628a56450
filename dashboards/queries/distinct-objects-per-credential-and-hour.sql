-- How many different records did each credential touch in each hour? The view in which enumeration stands out.
-- Columns: hour, lineage, objects (distinct, estimated to about 1 %), events, objects_per_event.
-- Adapt: the last 7 days of the log; raise the limit or add "AND lineage = '…'" for one credential. Distinct ones are counted in
--   those hours of a credential that have one of the 5,000 rows that touched most, repeats included.
SELECT
    hour,
    lineage,
    uniqMerge(hours.objects) AS objects,
    sum(hours.events) AS events,
    round(objects / events, 3) AS objects_per_event
FROM keytrail.credential_objects AS hours
WHERE hour >= (SELECT max(hour) FROM keytrail.traffic_hours) - INTERVAL 7 DAY
    AND (hour, tenant, lineage) IN
    (
        SELECT hour, tenant, lineage
        FROM keytrail.credential_objects
        WHERE hour >= (SELECT max(hour) FROM keytrail.traffic_hours) - INTERVAL 7 DAY
        ORDER BY touched DESC
        LIMIT 5000
    )
GROUP BY hour, tenant, lineage
ORDER BY objects DESC
LIMIT 500;
