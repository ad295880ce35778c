WITH {me}
SELECT (
    SELECT '{"practices":{"nodes":[' || coalesce(string_agg(
        '{"id":"practice_' || replace(p.id::text, '-', '')
        || '","title":{"language":"' || t.language || '","text":' || to_json(t.title)
        || '},"summary":{"text":' || to_json(t.summary)
        || '},"publishedAt":"' || replace(to_char(p.published_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '')
        || '+00:00","delegation":' || coalesce(
            '{"id":"delegation_' || replace(d.id::text, '-', '') || '","name":{"text":'
            || to_json(d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en'))) || '}}', 'null')
        || '}',
        ',' ORDER BY p.place) FILTER (WHERE p.place <= 20), '')
        || '],"pageInfo":{"hasNextPage":' || (count(*) > 20)::text || ',"endCursor":' || coalesce('"'
        || translate(encode(convert_to(
            '["practices.relevance","' || :filtered::text || '",'
            || (array_agg(p.score ORDER BY p.place DESC) FILTER (WHERE p.place <= 20))[1] || ',"'
            || (array_agg(p.id ORDER BY p.place DESC) FILTER (WHERE p.place <= 20))[1] || '"]',
            'UTF8'), 'base64'), E'+/=\n', '-_') || '"', 'null') || '}}}'
    FROM (
        SELECT p.id, p.published_at, p.delegation_id, found.score,
            row_number() OVER (ORDER BY found.score DESC, p.id DESC) AS place
        FROM practice_search(:configurations::text[], :words::text[], :sketch::text, 0.4) AS found
        JOIN practice p ON p.id = found.id
        WHERE p.status = 'published'
        ORDER BY found.score DESC, p.id DESC
        LIMIT 21
    ) p
    LEFT JOIN delegation d ON d.id = p.delegation_id
    CROSS JOIN LATERAL (
        SELECT * FROM practice_text t
        WHERE t.practice_id = p.id
        ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1
    ) t
) FROM me
