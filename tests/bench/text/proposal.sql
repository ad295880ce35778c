WITH {me}
SELECT '{"proposal":' || coalesce((
    SELECT '{"id":"proposal_' || replace(p.id::text, '-', '')
        || '","side":"' || upper(p.side)
        || '","status":"' || upper(p.status)
        || '","title":{"language":"' || t.language || '","text":' || to_json(t.title)
        || '},"summary":{"text":' || to_json(t.summary)
        || '},"description":{"text":' || to_json(t.description)
        || '},"delegation":' || coalesce(
            '{"id":"delegation_' || replace(d.id::text, '-', '') || '","name":{"text":'
            || to_json(d.names ->> pick_language(d.names, array_append(:viewer_languages::text[], 'en'))) || '}}', 'null')
        || ',"capacityAreas":' || upper(array_to_json(p.capacity_areas)::text)
        || ',"sectors":' || array_to_json(p.sectors)
        || ',"forms":' || upper(array_to_json(p.forms)::text)
        || ',"workingLanguages":' || array_to_json(p.working_languages)
        || ',"placesLeft":' || coalesce((p.places - p.agreed)::text, 'null')
        || ',"expiresOn":' || coalesce('"' || p.expires_on || '"', 'null')
        || ',"openedAt":' || coalesce('"' || replace(to_char(p.opened_at AT TIME ZONE 'UTC',
            'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00"', 'null')
        || ',"viewerCanRevise":' || (p.delegation_id = :viewer_delegation::uuid AND p.status IN ('draft', 'open')
            AND :viewer_acts::bool AND (:gof_role::text = 'focal_point' OR :gof_role::text = 'contributor' AND p.status <> 'open')
        )::text
        || ',"expressionsOfInterest":' || (
            SELECT '{"totalCount":' || (
                    SELECT count(*) FROM expression_of_interest e
                    WHERE e.proposal_id = p.id
                        AND (e.sender_id = :viewer_delegation::uuid OR e.receiver_id = :viewer_delegation::uuid AND e.status <> 'draft'))
                || ',"nodes":[' || coalesce(string_agg(
                    '{"id":"expression_of_interest_' || replace(e.id::text, '-', '')
                    || '","status":"' || upper(e.status)
                    || '","turn":' || coalesce('"' || upper(e.turn) || '"', 'null')
                    || ',"turnDeadline":' || coalesce('"' || e.turn_deadline || '"', 'null')
                    || ',"viewerIsOnTurn":' || coalesce(
                        CASE e.turn WHEN 'sender' THEN e.sender_id WHEN 'receiver' THEN e.receiver_id END
                        = :viewer_delegation::uuid, false)::text
                    || ',"message":' || to_json(e.message)
                    || ',"sentAt":' || coalesce('"' || replace(to_char(e.sent_at AT TIME ZONE 'UTC',
                        'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00"', 'null')
                    || ',"sender":' || coalesce('{"id":"delegation_' || replace(s.id::text, '-', '') || '","name":{"text":'
                        || to_json(s.names ->> pick_language(s.names, array_append(:viewer_languages::text[], 'en'))) || '}}', 'null')
                    || '}',
                    ',' ORDER BY e.place) FILTER (WHERE e.place <= 20), '')
                || '],"pageInfo":{"hasNextPage":' || (count(*) > 20)::text || ',"endCursor":' || coalesce('"'
                || translate(encode(convert_to(
                    '["expressions.newest","' || :filtered::text || '","'
                    || replace(to_char((array_agg(e.listed_at ORDER BY e.place DESC) FILTER (WHERE e.place <= 20))[1]
                        AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), '.000000', '') || '+00:00","'
                    || (array_agg(e.id ORDER BY e.place DESC) FILTER (WHERE e.place <= 20))[1] || '"]',
                    'UTF8'), 'base64'), E'+/=\n', '-_') || '"', 'null') || '}}'
            FROM (
                SELECT *, row_number() OVER (ORDER BY listed_at DESC, id DESC) AS place
                FROM expression_of_interest
                WHERE proposal_id = p.id
                    AND (sender_id = :viewer_delegation::uuid OR receiver_id = :viewer_delegation::uuid AND status <> 'draft')
                ORDER BY listed_at DESC, id DESC
                LIMIT 21
            ) e
            LEFT JOIN delegation s ON s.id = e.sender_id
        ) || '}'
    FROM proposal p
    LEFT JOIN delegation d ON d.id = p.delegation_id
    CROSS JOIN LATERAL (
        SELECT * FROM proposal_text t
        WHERE t.proposal_id = p.id
        ORDER BY array_position(:viewer_languages::text[], t.language), t.is_original DESC, t.language LIMIT 1
    ) t
    WHERE p.id = :id::uuid
), 'null') || '}' FROM me
