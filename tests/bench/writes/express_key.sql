WITH {me}
SELECT pg_advisory_xact_lock(hashtextextended(:gof_person::text || :key::text, 0)) FROM me
