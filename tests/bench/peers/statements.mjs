// The SQL of the Mercurius peer, written by hand: one statement for each resolver and loader. Each sets the identity
// and answers in one round trip, as JSON; $1 is the identity, $2 the reader's languages, the rest stands with each.
const TODAY = "(now() AT TIME ZONE 'UTC')::date";
const id = (kind, column) => `'${kind}_' || replace(${column}::text, '-', '')`;
const upper = (column) => `upper(${column}::text)::text[]`;
const text = (kind) => `
  CROSS JOIN LATERAL (
    SELECT * FROM ${kind}_text t WHERE t.${kind}_id = x.id
    ORDER BY array_position($2::text[], t.language::text), t.is_original DESC, t.language LIMIT 1
  ) t`;
const title = "json_build_object('language', t.language, 'text', t.title) AS title";
const due = "(CASE WHEN next_due_on IS NULL THEN '2200-12-31'::date ELSE next_due_on END)";

const answering = (rows) => `
WITH me AS MATERIALIZED (
  SELECT set_config('gof.role', ($1::text[])[1], true), set_config('gof.person', ($1::text[])[2], true),
    set_config('gof.delegation', ($1::text[])[3], true), set_config('gof.audience', ($1::text[])[4], true),
    set_config('gof.co_chair', ($1::text[])[5], true), $2::text[]
)
SELECT (SELECT coalesce(json_agg(r), '[]') FROM (${rows}) r) AS rows FROM me`;

const STATEMENTS = {
  // $3 how many, $4 and $5 the keys after which
  practices: `
SELECT x.id AS key, ${id("practice", "x.id")} AS id, ${title}, x.listed_at, x.published_at AS "publishedAt",
  CASE WHEN ${TODAY} - x.last_confirmed_on >= 730 THEN 'RED' WHEN ${TODAY} - x.last_confirmed_on >= 365 THEN 'YELLOW'
    ELSE 'GREEN' END AS freshness,
  ${upper("x.capacity_areas")} AS "capacityAreas", x.sectors, x.sdg_targets AS "sdgTargets", x.delegation_id
FROM (
  SELECT * FROM practice
  WHERE status = 'published' AND (listed_at, id) < ($4::timestamptz, $5::uuid)
  ORDER BY listed_at DESC, id DESC LIMIT $3::int
) x ${text("practice")}
ORDER BY x.listed_at DESC, x.id DESC`,
  labs: `
SELECT x.id AS key, ${id("lab", "x.id")} AS id, ${title}, upper(x.modality) AS modality,
  x.next_due_on AS "nextDueOn", coalesce(x.next_due_on < ${TODAY}, false) AS "isOverdue", x.due
FROM (
  SELECT *, ${due} AS due FROM lab
  WHERE status = 'active' AND ${due} >= $4::date AND (${due} > $4::date OR id > $5::uuid)
  ORDER BY ${due}, id LIMIT $3::int
) x ${text("lab")}
ORDER BY x.due, x.id`,
  // $3 the key
  proposal: `
SELECT x.id AS key, ${id("proposal", "x.id")} AS id, upper(x.side) AS side, upper(x.status) AS status, ${title},
  json_build_object('language', t.language, 'text', t.summary) AS summary,
  json_build_object('language', t.language, 'text', t.description) AS description,
  ${upper("x.capacity_areas")} AS "capacityAreas", x.sectors, ${upper("x.forms")} AS forms,
  x.working_languages AS "workingLanguages", x.places - x.agreed AS "placesLeft", x.expires_on AS "expiresOn",
  x.opened_at AS "openedAt", x.delegation_id
FROM proposal x ${text("proposal")}
WHERE x.id = $3::uuid`,
  // $3 the keys
  delegations: `
SELECT id AS key, ${id("delegation", "id")} AS id, names, upper(standing) AS standing
FROM delegation WHERE id = ANY ($3::uuid[])`,
  endorsements: `
SELECT practice_id AS key, count(*) AS "totalCount" FROM endorsement WHERE practice_id = ANY ($3::uuid[]) GROUP BY 1`,
  parties: `
SELECT lab_id AS key, upper(role) AS role, upper(status) AS status, delegation_id
FROM lab_party WHERE lab_id = ANY ($3::uuid[]) ORDER BY created_at, id`,
  // $4 how many of each
  milestones: `
SELECT l.key, (SELECT count(*) FROM lab_milestone WHERE lab_id = l.key) AS "totalCount", (
  SELECT coalesce(json_agg(json_build_object('id', ${id("lab_milestone", "m.id")}, 'title', m.title, 'dueOn', m.due_on,
    'status', upper(m.status), 'isOverdue', m.status = 'planned' AND m.due_on < ${TODAY}) ORDER BY m.due_on, m.id), '[]')
  FROM (SELECT * FROM lab_milestone WHERE lab_id = l.key ORDER BY due_on, id LIMIT $4::int) m) AS nodes
FROM unnest($3::uuid[]) AS l (key)`,
  expressions: `
SELECT p.key, (SELECT count(*) FROM expression_of_interest WHERE proposal_id = p.key) AS "totalCount", (
  SELECT coalesce(json_agg(e ORDER BY e.listed_at DESC, e.key DESC), '[]')
  FROM (
    SELECT id AS key, listed_at, ${id("expression_of_interest", "id")} AS id, upper(status) AS status,
      upper(turn) AS turn, turn_deadline AS "turnDeadline", sender_id, receiver_id, message, sent_at AS "sentAt"
    FROM expression_of_interest WHERE proposal_id = p.key
    ORDER BY listed_at DESC, id DESC LIMIT $4::int
  ) e) AS nodes
FROM unnest($3::uuid[]) AS p (key)`,
};

export const statements = Object.fromEntries(
  Object.entries(STATEMENTS).map(([name, rows]) => [name, answering(rows)]),
);
