WITH given_back AS (
    UPDATE tries SET level = greatest(level - 1, 0) WHERE key = ANY(:buckets::bytea[]) AND key <> :both::bytea
), known AS (
    INSERT INTO tries (key, level, at, known_until)
    VALUES (:both::bytea, 0, statement_timestamp(), statement_timestamp() + interval '90 days')
    ON CONFLICT (key) DO UPDATE SET known_until = excluded.known_until,
        level = CASE WHEN tries.key = ANY(:buckets::bytea[]) THEN greatest(tries.level - 1, 0) ELSE tries.level END
), forgotten AS (
    DELETE FROM sign_in_session
    WHERE person_id = :person::uuid AND (ended_at < :past::timestamptz OR expires_at < :past::timestamptz)
), begun AS (
    INSERT INTO sign_in_session (
        id, created_at, updated_at, revision, person_id, device, last_used_at, expires_at)
    VALUES (:session::uuid, :at::timestamptz, :at::timestamptz, 1, :person::uuid, :device::text, :at::timestamptz,
        :expires_at::timestamptz)
), recorded AS (
    {leaf}
)
INSERT INTO refresh_token (secret_hash, session_id) VALUES (:refresh_hash::bytea, :session::uuid)
