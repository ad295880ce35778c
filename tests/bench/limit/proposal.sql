WITH {me}
SELECT json_build_object('proposal', (
    SELECT json_build_object(
        'id', 'proposal_' || replace(p.id::text, '-', ''),
        'side', upper(p.side),
        'status', upper(p.status),
        'title', json_build_object('language', t.language, 'text', t.title),
        'summary', json_build_object('text', t.summary),
        'description', json_build_object('text', t.description),
        'delegation', CASE WHEN d.id IS NOT NULL THEN json_build_object(
            'id', 'delegation_' || replace(d.id::text, '-', ''),
            'name', json_build_object('text', d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en')))) END,
        'capacityAreas', upper(p.capacity_areas::text)::text[],
        'sectors', p.sectors,
        'forms', upper(p.forms::text)::text[],
        'workingLanguages', p.working_languages,
        'placesLeft', p.places - p.agreed,
        'expiresOn', p.expires_on,
        'openedAt', replace(to_char(p.opened_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00',
        'viewerCanRevise', p.delegation_id = :viewer_delegation::uuid AND p.status IN ('draft', 'open')
            AND :viewer_acts::bool AND (:gof_role::text = 'focal_point' OR :gof_role::text = 'contributor' AND p.status <> 'open'),
        'expressionsOfInterest', (
            SELECT json_build_object(
                'totalCount', (
                    SELECT count(*) FROM expression_of_interest e
                    WHERE e.proposal_id = p.id
                        AND (e.sender_id = :viewer_delegation::uuid OR e.receiver_id = :viewer_delegation::uuid AND e.status <> 'draft')),
                'nodes', coalesce(json_agg(json_build_object(
                    'id', 'expression_of_interest_' || replace(e.id::text, '-', ''),
                    'status', upper(e.status),
                    'turn', upper(e.turn),
                    'turnDeadline', e.turn_deadline,
                    'viewerIsOnTurn', coalesce(
                        CASE e.turn WHEN 'sender' THEN e.sender_id WHEN 'receiver' THEN e.receiver_id END
                        = :viewer_delegation::uuid, false),
                    'message', e.message,
                    'sentAt', replace(to_char(e.sent_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00',
                    'sender', CASE WHEN s.id IS NOT NULL THEN json_build_object(
                        'id', 'delegation_' || replace(s.id::text, '-', ''),
                        'name', json_build_object(
                            'text', s.names ->> pick_language(s.names, array_append(:viewer_languages::text[], 'en')))) END
                ) ORDER BY e.place) FILTER (WHERE e.place <= 20), '[]'),
                'pageInfo', json_build_object(
                    'hasNextPage', count(*) > 20,
                    'endCursor', translate(encode(convert_to(
                        '["expressions.newest","' || :filtered::text || '","'
                        || replace(to_char((array_agg(e.listed_at ORDER BY e.place DESC) FILTER (WHERE e.place <= 20))[1]
                            AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00","'
                        || (array_agg(e.id ORDER BY e.place DESC) FILTER (WHERE e.place <= 20))[1] || '"]',
                        'UTF8'), 'base64'), E'+/=\n', '-_')))
            FROM (
                SELECT *, row_number() OVER (ORDER BY listed_at DESC, id DESC) AS place
                FROM expression_of_interest
                WHERE proposal_id = p.id
                    AND (sender_id = :viewer_delegation::uuid OR receiver_id = :viewer_delegation::uuid AND status <> 'draft')
                ORDER BY listed_at DESC, id DESC
                LIMIT 21
            ) e
            LEFT JOIN delegation s ON s.id = e.sender_id
        )
    )
    FROM proposal p
    LEFT JOIN delegation d ON d.id = p.delegation_id
    CROSS JOIN LATERAL (
        SELECT * FROM proposal_text t
        WHERE t.proposal_id = p.id
        ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1
    ) t
    WHERE p.id = :id::uuid
))::text FROM me
