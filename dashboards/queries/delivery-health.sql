-- Do incidents reach the SIEM?
-- Columns: destination, pending, delivered, dead, attempts (mean), oldest_pending (null when none waits), last_delivered
--   (null when none was), last_error (of the newest delivery that failed).
-- Adapt: for single deliveries select from keytrail.deliveries FINAL WHERE status = 'dead'.
SELECT
    destination,
    countIf(status = 'pending') AS pending,
    countIf(status = 'delivered') AS delivered,
    countIf(status = 'dead') AS dead,
    round(avg(deliveries.attempts), 2) AS attempts,
    if(pending = 0, NULL, fromUnixTimestamp64Milli(minIf(created_at, status = 'pending'), 'UTC')) AS oldest_pending,
    if(delivered = 0, NULL, fromUnixTimestamp64Milli(maxIf(updated_at, status = 'delivered'), 'UTC'))
        AS last_delivered,
    argMaxIf(deliveries.last_error, updated_at, deliveries.last_error != '') AS last_error
FROM keytrail.deliveries AS deliveries FINAL
GROUP BY destination
ORDER BY dead DESC, pending DESC;
