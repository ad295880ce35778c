SELECT json_build_object('expressionOfInterestSend', json_build_object(
    'expressionOfInterest', (
        SELECT json_build_object(
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
                'name', json_build_object(
                    'text', s.names ->> pick_language(s.names, array_append(:viewer_languages::text[], 'en')))) END)
        FROM expression_of_interest e
        LEFT JOIN delegation s ON s.id = e.sender_id
        WHERE e.id = :id::uuid),
    'errors', '[]'::json
))::text
