// The page around GraphiQL: the examples as tabs, and in whose name the next request is made.
"use strict";

const TOKEN = "gof:accessToken"; // in sessionStorage: gone with the browser's tab
const NAMESPACE = "gof"; // other services on this address may have a GraphiQL of their own
const who = document.getElementById("who");
const signOut = document.getElementById("sign-out");

function keep(token) {
  sessionStorage.setItem(TOKEN, token);
  show("Signed in");
}

function forget(why) {
  sessionStorage.removeItem(TOKEN);
  show(why);
}

function show(message) {
  who.textContent = message;
  signOut.hidden = sessionStorage.getItem(TOKEN) === null;
}

async function ask(parameters, { headers: typed = {} } = {}) {
  const token = sessionStorage.getItem(TOKEN);
  const headers = new Headers({ accept: "application/graphql-response+json", "content-type": "application/json" });
  if (token) headers.set("authorization", `Bearer ${token}`);
  for (const [name, value] of Object.entries(typed)) headers.set(name, value);
  const response = await fetch("/graphql", { method: "POST", headers, body: JSON.stringify(parameters) });
  if (response.status === 401 && token) {
    forget("Your sign-in has ended: this was asked as the public");
    return ask(parameters, { headers: typed });
  }
  const answer = await response.json();
  // Whatever payload brings an access token signs in: nobody copies it by hand.
  const payload = Object.values(answer.data ?? {}).find((field) => typeof field?.accessToken === "string");
  if (payload) keep(payload.accessToken);
  return answer;
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
  signOut.addEventListener("click", () => forget("Signed out"));
  show(sessionStorage.getItem(TOKEN) ? "Signed in" : "You are the public");
}

start();
