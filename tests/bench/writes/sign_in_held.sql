WITH {me}
SELECT (
        SELECT ARRAY[p.role::text, p.delegation_id::text] FROM person p
        WHERE p.id = :person::uuid AND p.left_at IS NULL AND p.password_hash = :password_hash::text
        FOR NO KEY UPDATE) AS held,
    EXISTS (
        SELECT FROM authenticator a WHERE a.person_id = :person::uuid AND a.confirmed_at IS NOT NULL) AS second_factor
FROM me
