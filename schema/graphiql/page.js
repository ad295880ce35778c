// The page around GraphiQL: the examples as tabs, and in whose name the next request is made.
"use strict";

const SESSION = "gof:session"; // in sessionStorage: gone with the browser's tab
const NAMESPACE = "gof"; // other services on this address may have a GraphiQL of their own
const REFRESH = `mutation ($refreshToken: String!) {
  sessionRefresh(input: { refreshToken: $refreshToken }) { accessToken refreshToken }
}`;
const who = document.getElementById("who");
const signOut = document.getElementById("sign-out");
let renewal = null;

function session() {
  return JSON.parse(sessionStorage.getItem(SESSION));
}

function remember({ accessToken, refreshToken, viewer }) {
  const name = viewer?.person?.name ?? session()?.name;
  sessionStorage.setItem(SESSION, JSON.stringify({ accessToken, refreshToken, name }));
  show();
}

function forget(why) {
  sessionStorage.removeItem(SESSION);
  show(why);
}

function show(message = "Asking as the public") {
  const found = session();
  who.textContent = found ? `Signed in${found.name ? `: ${found.name}` : ""}` : message;
  signOut.hidden = !found;
}

function post(parameters, { accessToken, typed = {} }) {
  // Queries and mutations are answered in the first of these, subscriptions in the second.
  const accept = "application/graphql-response+json, text/event-stream";
  const headers = new Headers({ accept, "content-type": "application/json" });
  if (accessToken) headers.set("authorization", `Bearer ${accessToken}`);
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  return fetch("/graphql", { method: "POST", headers, body: JSON.stringify(parameters) });
}

async function ask(parameters, { headers: typed } = {}) {
  let response = await post(parameters, { ...session(), typed });
  if (response.status === 401 && session()) {
    // One renewal at a time: a refresh token that is used twice ends its session.
    renewal ??= renew().finally(() => (renewal = null));
    await renewal;
    response = await post(parameters, { ...session(), typed });
  }
  if (response.headers.get("content-type").startsWith("text/event-stream")) return follow(response.body);
  const answer = await response.json();
  // Whatever payload brings an access token signs in: nobody copies it by hand.
  const signed = Object.values(answer.data ?? {}).find((field) => field?.accessToken);
  if (signed) remember(signed);
  return answer;
}

async function* follow(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const events = (rest + value).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (event.startsWith("event: next\ndata: ")) yield JSON.parse(event.slice(event.indexOf("{")));
      }
    }
  } finally {
    reader.cancel(); // GraphiQL's stop button: the server hears that nobody listens any more
  }
}

async function renew() {
  const variables = { refreshToken: session().refreshToken };
  const { data } = await (await post({ query: REFRESH, variables }, {})).json();
  if (data?.sessionRefresh?.accessToken) remember(data.sessionRefresh);
  else forget("Your session has ended: asking as the public");
}

function tabs(examples) {
  // An example begins with a comment after an empty line, and has no empty line inside.
  return examples.trim().split(/\n\n(?=#)/).map((query) => ({ query }));
}

// What the address names behind its #, as links in mails do: a thing by its id, an invitation, one's settings.
const LINKED = {
  open: (id) => `# Sign in first (a tab beside this one): a mail has led you here.
query { node(id: ${id}) { __typename id } viewer { notices(first: 5) { nodes { about title { text } text { text } } } } }`,
  invitation: (secret) => `# Choose your password: 12 to 128 characters, not easy to guess. Then sign in.
mutation { invitationAccept(input: { secret: ${secret}, password: "" }) { done errors { message } } }`,
  settings: () => `# Sign in first. Which notices you want by e-mail: EACH or NONE.
mutation { settingsChange(input: { mail: EACH }) { person { name } errors { message } } }`,
};

function linked() {
  const [what, value = ""] = location.hash.slice(1).split(/=(.*)/);
  if (!Object.hasOwn(LINKED, what)) return undefined;
  history.replaceState(null, "", location.pathname); // a secret does not stay in the address
  return LINKED[what](JSON.stringify(decodeURIComponent(value)));
}

async function start() {
  const examples = await (await fetch("/graphiql/examples.graphql")).text();
  const storage = GraphiQL.createLocalStorage({ namespace: NAMESPACE });
  const query = linked(); // a tab of its own, in front of those that are remembered
  const defaultTabs = [...(query ? [{ query }] : []), ...tabs(examples)];
  const settings = { fetcher: ask, storage, query, defaultTabs, showPersistHeadersSettings: false };
  ReactDOM.createRoot(document.getElementById("graphiql")).render(React.createElement(GraphiQL, settings));
  document.getElementById("restore").addEventListener("click", () => {
    if (!confirm("Close all tabs, forget the history and open the examples again?")) return;
    storage.clear();
    location.reload();
  });
  signOut.addEventListener("click", () => ask({ query: "mutation { signOut { done } }" }).finally(() => forget()));
  show();
}

start();
