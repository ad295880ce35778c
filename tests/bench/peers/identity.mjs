// Who a bearer token stands for, for both peers: one look-up by the token's hash, remembered as long as ours is, and
// what row security and the choice of language need of it.
import { createHash } from "node:crypto";
import pg from "pg";

const WHO = `
SELECT p.id, p.role, p.delegation_id, p.languages, d.standing, t.scopes
FROM api_token t JOIN person p ON p.id = t.person_id LEFT JOIN delegation d ON d.id = p.delegation_id
WHERE t.secret_hash = $1 AND t.revoked_at IS NULL AND t.expires_at > now() AND p.left_at IS NULL`;
const MILLISECONDS = 5000;
const TAKES_PART = ["member", "co_chair", "observer"];
const known = new Map();

export const poolConfig = {
  max: 10,
  min: 10,
  options: "-c jit=off -c default_transaction_read_only=on -c plan_cache_mode=force_generic_plan",
};

const pool = new pg.Pool({ connectionString: process.env.PEER_DATABASE_URL, max: 1 });

/** Returns {settings, languages, role, delegation, acts} of an "Authorization: Bearer …", or throws. */
export async function identity(authorization) {
  const secret = /^Bearer (gof_api_\S+)$/.exec(authorization ?? "")?.[1];
  if (secret === undefined) throw new Error("Sign in with an API token.");
  const hash = createHash("sha256").update(secret).digest();
  const key = hash.toString("base64");
  const seen = known.get(key);
  if (seen !== undefined && Date.now() - seen.at < MILLISECONDS) return seen.who;
  const who = await lookedUp(hash);
  known.set(key, { at: Date.now(), who });
  return who;
}

async function lookedUp(hash) {
  const client = await pool.connect();
  try {
    await client.query("BEGIN READ ONLY");
    await client.query("SELECT set_config('gof.role', 'system', true)");
    const { rows } = await client.query(WHO, [hash]);
    await client.query("COMMIT");
    if (rows.length === 0) throw new Error("This API token is not valid.");
    return described(rows[0]);
  } finally {
    client.release();
  }
}

function described(row) {
  const readsMembers = row.role === "secretariat" || TAKES_PART.includes(row.standing);
  const languages = [...new Set((row.languages ?? []).flatMap((tag) => [tag, tag.split("-")[0]]))];
  return {
    role: row.role.toUpperCase(),
    delegation: row.delegation_id,
    acts: readsMembers && row.scopes.includes("write"),
    languages,
    settings: {
      "gof.role": row.role,
      "gof.person": row.id,
      "gof.delegation": row.delegation_id ?? "",
      "gof.audience": readsMembers ? "members" : "public",
      "gof.co_chair": row.role === "focal_point" && row.standing === "co_chair" ? "1" : "",
    },
  };
}
