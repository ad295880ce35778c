WITH {me}
SELECT (
        SELECT ARRAY[p.id::text, p.password_hash] FROM person p
        WHERE p.email = :email::text AND p.invitation_hash IS NULL AND p.left_at IS NULL) AS person,
    EXISTS (SELECT FROM tries WHERE key = :both::bytea AND known_until > statement_timestamp()) AS known
FROM me
