// PostGraphile 5 over the database as it is, with what its documentation offers beyond the defaults: an order that an
// index has, and the text in the reader's language.
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { grafserv } from "postgraphile/grafserv/node";
import { TYPES, listOfCodec } from "postgraphile/@dataplan/pg";
import { constant, context } from "postgraphile/grafast";
import { parse } from "postgraphile/graphql";
import { addPgTableOrderBy, extendSchema } from "postgraphile/utils";
import { identity, poolConfig } from "./identity.mjs";

const due = addPgTableOrderBy({ schemaName: "public", tableName: "lab" }, ({ sql }) => ({
  DUE: {
    extensions: {
      grafast: {
        apply(select) {
          const column = sql`${select}.next_due_on`;
          const fragment = sql`(CASE WHEN ${column} IS NULL THEN '2200-12-31'::date ELSE ${column} END)`;
          select.orderBy({ fragment, codec: TYPES.date, direction: "ASC", nullable: false });
        },
      },
    },
  },
}));

// What a reader reads: of the texts of a thing, the one in the first of the reader's languages that there is.
const KINDS = { Practice: "practice", Proposal: "proposal", Lab: "lab" };
const texts = extendSchema((build) => {
  const { sql } = build;
  const objects = {};
  for (const [type, table] of Object.entries(KINDS)) {
    const resource = build.input.pgRegistry.pgResources[`${table}_text`];
    objects[type] = {
      plans: {
        text($row) {
          const $texts = resource.find({ [`${table}_id`]: $row.get("id") });
          const languages = $texts.placeholder(context().get("languages"), listOfCodec(TYPES.text));
          const place = sql`array_position(${languages}, ${$texts.alias}.language::text)`;
          $texts.orderBy({ fragment: place, codec: TYPES.int, direction: "ASC" });
          $texts.orderBy({ attribute: "is_original", direction: "DESC" });
          $texts.orderBy({ attribute: "language", direction: "ASC" });
          $texts.setFirst(constant(1));
          return $texts.single();
        },
      },
    };
  }
  const typeDefs = Object.keys(KINDS).map((type) => `extend type ${type} { text: ${type}Text }`).join("\n");
  return { typeDefs: parse(typeDefs), objects };
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [due, texts],
  pgServices: [makePgService({ connectionString: process.env.PEER_DATABASE_URL, schemas: ["public"], poolConfig })],
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false },
  grafast: {
    explain: false,
    async context({ node }) {
      const { settings, languages } = await identity(node.req.headers.authorization);
      return { pgSettings: settings, languages };
    },
  },
};

const service = postgraphile(preset).createServ(grafserv);
const server = createServer();
await service.addTo(server);
server.listen(Number(process.env.PEER_PORT), "127.0.0.1");
