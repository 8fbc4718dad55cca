// The page: which telephones there are, and where they come from. The link's key stays behind its #.
import { Telephone } from "./telephone.js";
import { showTraining } from "./training.js";
import { fillIn, word } from "./words.js";

const LIMIT = 15000;
const key = new URLSearchParams(location.hash.slice(1)).get("key") ?? "";
const kept = `telephones ${key}`;
const place = document.getElementById("telephones");
const add = document.getElementById("add");
const problem = document.getElementById("problem");
const switcher = document.getElementById("language");
const telephones = new Map();

async function ask(method, path, body) {
  const answer = await fetch(path, {
    method, body: body && JSON.stringify(body), headers: { Authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(LIMIT),
  });
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer.json();
}

function complain(text) {
  problem.textContent = text;
  problem.hidden = !text;
}

function keep() {
  sessionStorage.setItem(kept, JSON.stringify([...telephones.keys()]));
}

async function open(number) {
  let made;
  try {
    made = await ask("POST", "telephones", { number });
  } catch (wrong) {
    complain(word({ 401: "stale", 422: "many" }[wrong.status] ?? "gone"));
    return undefined;
  }
  complain("");
  if (telephones.has(made.number)) return undefined;
  const one = new Telephone(made, { complain, removed, aloud: () => document.getElementById("aloud").checked });
  telephones.set(made.number, one);
  place.append(one.element);
  keep();
  return one;
}

function removed(number) {
  telephones.delete(number);
  keep();
  add.focus();
}

async function begin() {
  fillIn();
  switcher.textContent = word("other");
  switcher.lang = document.documentElement.lang === "en" ? "zh-Hans" : "en";
  switcher.addEventListener("click", () => {
    const to = document.documentElement.lang === "en" ? "zh" : "en";
    location.href = `?language=${to}${location.hash}`;
  });
  document.getElementById("aloud-label").hidden = !("speechSynthesis" in window);
  if (!key) {
    add.disabled = true;
    complain(word("noKey"));
    return;
  }
  add.addEventListener("click", async () => {
    add.disabled = true;
    (await open(""))?.focus();
    add.disabled = false;
  });
  const known = JSON.parse(sessionStorage.getItem(kept) ?? "[]");
  for (const number of known.length ? known : [""]) await open(number);
  const first = [...telephones.values()][0];
  if (first) first.ready.then((ours) => ours[0] && showTraining(ask, ours[0]));
}

begin();
