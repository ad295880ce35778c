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
  const headers = new Headers({ accept: "application/graphql-response+json", "content-type": "application/json" });
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
  const answer = await response.json();
  // Whatever payload brings an access token signs in: nobody copies it by hand.
  const signed = Object.values(answer.data ?? {}).find((field) => field?.accessToken);
  if (signed) remember(signed);
  return answer;
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

async function start() {
  const examples = await (await fetch("/graphiql/examples.graphql")).text();
  const storage = GraphiQL.createLocalStorage({ namespace: NAMESPACE });
  const settings = { fetcher: ask, storage, defaultTabs: tabs(examples), showPersistHeadersSettings: false };
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
