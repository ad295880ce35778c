WITH {me}
SELECT '{"proposal":' || coalesce((
    SELECT '{"id":"proposal_' || replace(own.id::text, '-', '') || '","matches":' || (
        SELECT '{"nodes":[' || coalesce(string_agg(
            '{"score":' || m.score
            || ',"band":"' || CASE WHEN m.score >= m.strong THEN 'STRONG' WHEN m.score >= m.good THEN 'GOOD' ELSE 'POSSIBLE' END
            || '","reasons":[' || (
                SELECT coalesce(string_agg('{"code":"' || r.code || '","contribution":' || r.contribution || '}',
                    ',' ORDER BY r.contribution DESC, r.place), '')
                FROM unnest(
                    '{CAPACITY_AREAS,SECTORS,SDG_TARGETS,FORMS,TEXT,WORKING_LANGUAGES,LIKE_CONDITIONS,EQUITY,EXPERIENCE}'::text[],
                    ARRAY[m.part_capacity_areas, m.part_sectors, m.part_sdg_targets, m.part_forms, m.part_text,
                        m.part_working_languages, m.part_like_conditions, m.part_equity, m.part_experience]
                ) WITH ORDINALITY AS r (code, contribution, place)
                WHERE r.contribution > 0)
            || '],"proposal":{"id":"proposal_' || replace(p.id::text, '-', '')
            || '","side":"' || upper(p.side)
            || '","title":' || (
                SELECT '{"language":"' || t.language || '","text":' || to_json(t.title) || '}' FROM proposal_text t
                WHERE t.proposal_id = p.id
                ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1)
            || ',"expiresOn":' || coalesce('"' || p.expires_on || '"', 'null')
            || ',"delegation":' || coalesce(
                '{"id":"delegation_' || replace(d.id::text, '-', '') || '","name":{"text":'
                || to_json(d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en'))) || '}}', 'null')
            || '}}',
            ',' ORDER BY m.place) FILTER (WHERE m.place <= 10), '')
            || '],"pageInfo":{"hasNextPage":' || (count(*) > 10)::text || ',"endCursor":' || coalesce('"'
            || translate(encode(convert_to(
                '["matches.score","' || :filtered::text || '",'
                || (array_agg(m.score ORDER BY m.place DESC) FILTER (WHERE m.place <= 10))[1] || ',"'
                || (array_agg(m.id ORDER BY m.place DESC) FILTER (WHERE m.place <= 10))[1] || '"]',
                'UTF8'), 'base64'), E'+/=\n', '-_') || '"', 'null') || '}}'
        FROM (
            SELECT ranked.*, row_number() OVER (ORDER BY score DESC, id DESC) AS place
            FROM ({ranked}) ranked
            ORDER BY score DESC, id DESC
            LIMIT 11
        ) m
        JOIN proposal p ON p.id = m.id
        LEFT JOIN delegation d ON d.id = p.delegation_id
    ) || '}'
    FROM proposal own
    WHERE own.id = :id::uuid
), 'null') || '}' FROM me
