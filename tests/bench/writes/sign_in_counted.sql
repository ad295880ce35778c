WITH {me}, counted AS (
    INSERT INTO tries (key, level, at)
    SELECT bucket, 1, statement_timestamp() FROM me CROSS JOIN unnest(:buckets::bytea[]) AS bucket ORDER BY bucket
    ON CONFLICT (key) DO UPDATE SET at = statement_timestamp(), level = 1 + greatest(tries.level
            - extract(epoch FROM statement_timestamp() - tries.at) / CASE WHEN tries.key = :site::bytea THEN 30 ELSE 300 END, 0)
        WHERE 1 + greatest(tries.level
            - extract(epoch FROM statement_timestamp() - tries.at) / CASE WHEN tries.key = :site::bytea THEN 30 ELSE 300 END, 0)
            <= CASE WHEN tries.key = :site::bytea THEN 99 ELSE 9 END
    RETURNING key
)
SELECT count(*) FROM counted
