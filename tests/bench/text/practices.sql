WITH {me}
SELECT (
    SELECT '{"practices":{"nodes":[' || coalesce(string_agg(
        '{"id":"practice_' || replace(p.id::text, '-', '')
        || '","title":' || (
            SELECT '{"language":"' || t.language || '","text":' || to_json(t.title) || '}' FROM practice_text t
            WHERE t.practice_id = p.id
            ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1)
        || ',"publishedAt":"' || replace(to_char(p.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
        || '+00:00","freshness":"' || CASE WHEN p.age >= 730 THEN 'RED' WHEN p.age >= 365 THEN 'YELLOW' ELSE 'GREEN' END
        || '","capacityAreas":' || upper(array_to_json(p.capacity_areas)::text)
        || ',"sectors":' || array_to_json(p.sectors)
        || ',"sdgTargets":' || array_to_json(p.sdg_targets)
        || ',"delegation":' || coalesce(
            '{"id":"delegation_' || replace(d.id::text, '-', '')
            || '","name":{"text":' || to_json(d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en')))
            || '},"standing":"' || upper(d.standing) || '"}', 'null')
        || ',"endorsements":{"totalCount":' || (SELECT count(*) FROM endorsement e WHERE e.practice_id = p.id) || '}}',
        ',' ORDER BY p.place) FILTER (WHERE p.place <= :first::int), '')
        || '],"pageInfo":{"hasNextPage":' || (count(*) > :first::int)::text || ',"endCursor":' || coalesce('"'
        || translate(encode(convert_to(
            '["practices.newest","' || :filtered::text || '","'
            || replace(to_char((array_agg(p.listed_at ORDER BY p.place DESC) FILTER (WHERE p.place <= :first::int))[1]
                AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00","'
            || (array_agg(p.id ORDER BY p.place DESC) FILTER (WHERE p.place <= :first::int))[1] || '"]',
            'UTF8'), 'base64'), E'+/=\n', '-_') || '"', 'null') || '}}}'
    FROM (
        SELECT *, (now() AT TIME ZONE 'UTC')::date - last_confirmed_on AS age,
            row_number() OVER (ORDER BY listed_at DESC, id DESC) AS place
        FROM practice
        WHERE status = 'published'
            AND listed_at <= :after_at::timestamptz AND (listed_at < :after_at::timestamptz OR id < :after_id::uuid)
        ORDER BY listed_at DESC, id DESC
        LIMIT :first::int + 1
    ) p
    LEFT JOIN delegation d ON d.id = p.delegation_id
) FROM me
