-- Which input could not be read, why, and since when?
-- Columns: reason, format, lines, detail (what is allowed), example (position of one), excerpt (secrets masked),
--   first_at, last_at (when they were received).
-- Adapt: all that is kept; add "WHERE stored_at >= now() - INTERVAL 1 DAY" for today.
SELECT
    reason,
    format,
    count() AS lines,
    any(rejections.detail) AS detail,
    argMax(position, stored_at) AS example,
    argMax(rejections.excerpt, stored_at) AS excerpt,
    min(stored_at) AS first_at,
    max(stored_at) AS last_at
FROM keytrail.rejections AS rejections FINAL
GROUP BY reason, format
ORDER BY lines DESC
LIMIT 100;
