SELECT p.id AS held, k.object_id AS done, k.input_hash = :input_hash::bytea AS same
FROM (SELECT id FROM proposal WHERE id = :proposal::uuid FOR KEY SHARE) p
LEFT JOIN idempotency_key k ON k.person_id = :viewer_person::uuid AND k.key = :key::text
