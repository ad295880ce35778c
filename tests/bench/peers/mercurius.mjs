// Mercurius with its JIT over the platform's own SDL, with resolvers and loaders for what the operations ask for.
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";
import { identity, poolConfig } from "./identity.mjs";
import { statements } from "./statements.mjs";

const pool = new pg.Pool({ connectionString: process.env.PEER_DATABASE_URL, ...poolConfig });

/** The rows of a statement for the reader of this request. */
async function read({ who }, name, ...values) {
  const given = [Object.values(who.settings), who.languages, ...values];
  const { rows } = await pool.query({ name, text: statements[name], values: given });
  return rows[0].rows;
}

async function byKey(context, name, keys, ...values) {
  const rows = await read(context, name, [...new Set(keys)], ...values);
  return new Map(rows.map((row) => [row.key, row]));
}

const named = (row, languages) => {
  if (row === undefined) return null;
  const language = languages.find((one) => one in row.names) ?? "en";
  return { ...row, name: { language, text: row.names[language] } };
};

const key = (id) => id.slice(id.lastIndexOf("_") + 1);
const writeCursor = (keys) => Buffer.from(JSON.stringify(keys)).toString("base64url");
const readCursor = (cursor) => JSON.parse(Buffer.from(cursor, "base64url").toString()).slice(-2);

/** A page of rows that were read with one row more. */
function paged(rows, first, keys) {
  const nodes = rows.slice(0, first);
  const endCursor = nodes.length > 0 ? writeCursor(keys(nodes.at(-1))) : null;
  return { nodes, pageInfo: { hasNextPage: rows.length > first, endCursor } };
}

/** A loader of the delegation in a column of the rows. */
const delegation = (column) => ({
  async loader(queries, context) {
    const found = await byKey(context, "delegations", queries.map(({ obj }) => obj[column]));
    return queries.map(({ obj }) => named(found.get(obj[column]), context.who.languages));
  },
  opts: { cache: false },
});

const endorsements = {
  async loader(queries, context) {
    const found = await byKey(context, "endorsements", queries.map(({ obj }) => obj.key));
    return queries.map(({ obj }) => found.get(obj.key) ?? { totalCount: 0 });
  },
  opts: { cache: false },
};

const parties = {
  async loader(queries, context) {
    const rows = Map.groupBy(await read(context, "parties", queries.map(({ obj }) => obj.key)), (row) => row.key);
    return queries.map(({ obj }) => rows.get(obj.key) ?? []);
  },
  opts: { cache: false },
};

/** A loader of the first pages of a list inside a list. */
const connection = (name, order) => ({
  async loader(queries, context) {
    const { first } = queries[0].params;
    const found = await byKey(context, name, queries.map(({ obj }) => obj.key), first + 1);
    return queries.map(({ obj }) => {
      const { totalCount, nodes } = found.get(obj.key);
      return { totalCount, ...paged(nodes, first, (row) => [row[order], row.key]) };
    });
  },
  opts: { cache: false },
});

const resolvers = {
  Query: {
    async practices(_, { first, after }, context) {
      const [at, id] = after ? readCursor(after) : ["infinity", "ffffffff-ffff-ffff-ffff-ffffffffffff"];
      return paged(await read(context, "practices", first + 1, at, id), first, (row) => [row.listed_at, row.key]);
    },
    async labs(_, { first, after }, context) {
      const [on, id] = after ? readCursor(after) : ["-infinity", "00000000-0000-0000-0000-000000000000"];
      return paged(await read(context, "labs", first + 1, on, id), first, (row) => [row.due, row.key]);
    },
    async proposal(_, { id }, context) {
      return (await read(context, "proposal", key(id)))[0] ?? null;
    },
  },
  Proposal: {
    viewerCanRevise({ delegation_id, status }, _, { who }) {
      const may = { FOCAL_POINT: ["DRAFT", "OPEN"], CONTRIBUTOR: ["DRAFT"] }[who.role] ?? [];
      return who.acts && delegation_id === who.delegation && may.includes(status);
    },
  },
  ExpressionOfInterest: {
    viewerIsOnTurn: ({ turn, sender_id, receiver_id }, _, { who }) =>
      turn !== null && { SENDER: sender_id, RECEIVER: receiver_id }[turn] === who.delegation,
  },
};

const loaders = {
  Practice: { delegation: delegation("delegation_id"), endorsements },
  Lab: { parties, milestones: connection("milestones", "dueOn") },
  LabParty: { delegation: delegation("delegation_id") },
  Proposal: {
    delegation: delegation("delegation_id"),
    expressionsOfInterest: connection("expressions", "listed_at"),
  },
  ExpressionOfInterest: { sender: delegation("sender_id") },
};

const app = Fastify();
app.register(mercurius, {
  schema: readFileSync(process.env.PEER_SCHEMA, "utf8"),
  resolvers,
  loaders,
  jit: 1,
  context: async (request) => ({ who: await identity(request.headers.authorization) }),
});
await app.listen({ host: "127.0.0.1", port: Number(process.env.PEER_PORT) });
