WITH made AS (
    INSERT INTO expression_of_interest (
        id, created_at, updated_at, revision, proposal_id, sender_id, receiver_id, status, turn, turn_deadline,
        turn_reminders, language, message, decline_reason, sender_read_to, receiver_read_to, sent_at, listed_at, is_demo)
    SELECT :id::uuid, :at::timestamptz, :at::timestamptz, 2, p.id, :viewer_delegation::uuid, p.delegation_id,
        'sent', 'receiver', :deadline::date, 0, :language::text, :message::text, '', 0, 0, :at::timestamptz,
        :at::timestamptz, false
    FROM proposal p
    WHERE p.id = :proposal::uuid AND p.delegation_id <> :viewer_delegation::uuid AND p.status = 'open'
        AND (p.expires_on IS NULL OR p.expires_on >= :today::date) AND (p.places IS NULL OR p.agreed < p.places)
        AND :viewer_acts::bool AND :gof_role::text = 'focal_point'
        AND NOT EXISTS (
            SELECT FROM expression_of_interest e
            WHERE e.proposal_id = p.id AND e.sender_id = :viewer_delegation::uuid
                AND e.status IN ('draft', 'sent', 'in_talks'))
    RETURNING id, sender_id, receiver_id
), said AS (
    INSERT INTO thread_message (
        id, created_at, updated_at, revision, expression_id, kind, by, author_id, author_name, language, text,
        sender_id, receiver_id)
    SELECT :said::uuid, :at::timestamptz, :at::timestamptz, 1, id, 'sent', 'sender', :viewer_person::uuid, '',
        :language::text, :message::text, sender_id, receiver_id
    FROM made
), recorded AS (
    {leaf} FROM made
), queued AS (
    INSERT INTO pgqueuer (priority, entrypoint, payload, dedupe_key, headers, status)
    SELECT 0, 'notices.tell', :event::bytea, :event_id::text, 'null', 'queued' FROM made
    RETURNING id
), logged AS (
    INSERT INTO pgqueuer_log (job_id, status, entrypoint, priority) SELECT id, 'queued', 'notices.tell', 0 FROM queued
), kept AS (
    INSERT INTO idempotency_key (person_id, key, created_at, input_hash, object_id)
    SELECT :viewer_person::uuid, :key::text, :at::timestamptz, :input_hash::bytea, id FROM made
)
SELECT pg_notify('gof_live', 'expression_of_interest:' || replace(id::text, '-', '')),
    pg_notify('gof_live', 'delegation:' || replace(sender_id::text, '-', '')),
    pg_notify('gof_live', 'delegation:' || replace(receiver_id::text, '-', ''))
FROM made
