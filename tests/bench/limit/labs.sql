WITH {me}
SELECT json_build_object('labs', (
    SELECT json_build_object(
        'nodes', coalesce(json_agg(json_build_object(
            'id', 'lab_' || replace(l.id::text, '-', ''),
            'title', (
                SELECT json_build_object('language', t.language, 'text', t.title) FROM lab_text t
                WHERE t.lab_id = l.id
                ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1),
            'modality', upper(l.modality),
            'nextDueOn', l.next_due_on,
            'isOverdue', coalesce(l.next_due_on < l.today, false),
            'parties', (
                SELECT coalesce(json_agg(json_build_object(
                    'role', upper(y.role),
                    'status', upper(y.status),
                    'delegation', CASE WHEN d.id IS NOT NULL THEN json_build_object(
                        'id', 'delegation_' || replace(d.id::text, '-', ''),
                        'name', json_build_object(
                            'text', d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en')))) END
                ) ORDER BY y.created_at, y.id), '[]')
                FROM lab_party y LEFT JOIN delegation d ON d.id = y.delegation_id
                WHERE y.lab_id = l.id),
            'milestones', json_build_object(
                'totalCount', (SELECT count(*) FROM lab_milestone m WHERE m.lab_id = l.id),
                'nodes', (
                    SELECT coalesce(json_agg(json_build_object(
                        'id', 'lab_milestone_' || replace(m.id::text, '-', ''),
                        'title', m.title,
                        'dueOn', m.due_on,
                        'status', upper(m.status),
                        'isOverdue', m.status = 'planned' AND m.due_on < l.today
                    ) ORDER BY m.due_on, m.id), '[]')
                    FROM (
                        SELECT * FROM lab_milestone m WHERE m.lab_id = l.id ORDER BY m.due_on, m.id LIMIT 5
                    ) m))
        ) ORDER BY l.place) FILTER (WHERE l.place <= :first::int), '[]'),
        'pageInfo', json_build_object(
            'hasNextPage', count(*) > :first::int,
            'endCursor', translate(encode(convert_to(
                '["labs.due","' || :filtered::text || '","'
                || (array_agg(l.due ORDER BY l.place DESC) FILTER (WHERE l.place <= :first::int))[1] || '","'
                || (array_agg(l.id ORDER BY l.place DESC) FILTER (WHERE l.place <= :first::int))[1] || '"]',
                'UTF8'), 'base64'), E'+/=\n', '-_')))
    FROM (
        SELECT *, (now() AT TIME ZONE 'UTC')::date AS today, CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END AS due,
            row_number() OVER (ORDER BY CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END, id) AS place
        FROM lab
        WHERE status = 'active' AND CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END >= :after_on::date
            AND (CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END > :after_on::date OR id > :after_id::uuid)
        ORDER BY CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END, id
        LIMIT :first::int + 1
    ) l
))::text FROM me
