WITH {me}
SELECT (
    SELECT '{"labs":{"nodes":[' || coalesce(string_agg(
        '{"id":"lab_' || replace(l.id::text, '-', '')
        || '","title":' || (
            SELECT '{"language":"' || t.language || '","text":' || to_json(t.title) || '}' FROM lab_text t
            WHERE t.lab_id = l.id
            ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1)
        || ',"modality":"' || upper(l.modality)
        || '","nextDueOn":' || coalesce('"' || l.next_due_on || '"', 'null')
        || ',"isOverdue":' || coalesce(l.next_due_on < l.today, false)::text
        || ',"parties":[' || (
            SELECT coalesce(string_agg(
                '{"role":"' || upper(y.role) || '","status":"' || upper(y.status) || '","delegation":' || coalesce(
                    '{"id":"delegation_' || replace(d.id::text, '-', '') || '","name":{"text":'
                    || to_json(d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en'))) || '}}', 'null')
                || '}', ',' ORDER BY y.created_at, y.id), '')
            FROM lab_party y LEFT JOIN delegation d ON d.id = y.delegation_id
            WHERE y.lab_id = l.id)
        || '],"milestones":{"totalCount":' || (SELECT count(*) FROM lab_milestone m WHERE m.lab_id = l.id)
        || ',"nodes":[' || (
            SELECT coalesce(string_agg(
                '{"id":"lab_milestone_' || replace(m.id::text, '-', '')
                || '","title":' || to_json(m.title)
                || ',"dueOn":"' || m.due_on
                || '","status":"' || upper(m.status)
                || '","isOverdue":' || (m.status = 'planned' AND m.due_on < l.today)::text
                || '}', ',' ORDER BY m.due_on, m.id), '')
            FROM (SELECT * FROM lab_milestone m WHERE m.lab_id = l.id ORDER BY m.due_on, m.id LIMIT 5) m)
        || ']}}',
        ',' ORDER BY l.place) FILTER (WHERE l.place <= :first::int), '')
        || '],"pageInfo":{"hasNextPage":' || (count(*) > :first::int)::text || ',"endCursor":' || coalesce('"'
        || translate(encode(convert_to(
            '["labs.due","' || :filtered::text || '","'
            || (array_agg(l.due ORDER BY l.place DESC) FILTER (WHERE l.place <= :first::int))[1] || '","'
            || (array_agg(l.id ORDER BY l.place DESC) FILTER (WHERE l.place <= :first::int))[1] || '"]',
            'UTF8'), 'base64'), E'+/=\n', '-_') || '"', 'null') || '}}}'
    FROM (
        SELECT *, (now() AT TIME ZONE 'UTC')::date AS today, CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END AS due,
            row_number() OVER (ORDER BY CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END, id) AS place
        FROM lab
        WHERE status = 'active' AND CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END >= :after_on::date
            AND (CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END > :after_on::date OR id > :after_id::uuid)
        ORDER BY CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END, id
        LIMIT :first::int + 1
    ) l
) FROM me
