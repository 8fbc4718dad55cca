// Scripted callers: a button for each, and what became of their calls. Asks again while the page is seen.
import { language, make, word } from "./words.js";

const QUICK = 2000, SLOW = 10000;
const section = document.getElementById("training");
const personas = document.getElementById("personas");
const callers = document.getElementById("callers");
const nobody = document.getElementById("nobody");
const dismiss = document.getElementById("dismiss");
const status = document.getElementById("training-status");
let shown = "";

/** `ask(method, path, body)` talks to the emulator; `number` is whom they call. */
export function showTraining(ask, number) {
  async function act(method, body) {
    try {
      show(await ask(method, "training", body));
      status.textContent = "";
    } catch (problem) {
      status.textContent = word(problem.status === 422 ? "many" : "gone");
    }
  }
  function button(persona) {
    const name = persona.name[language];
    return make("li", {}, make("h3", { id: `persona-${persona.id}` }, name), make("p", {}, persona.about[language]),
      make("button", { type: "button", class: "quiet", "aria-label": word("callIn", { name }),
        onclick: () => act("POST", { persona: persona.id, to: number, language }) }, word("start")));
  }
  function show(found) {
    section.hidden = false;
    if (!personas.children.length) personas.append(...found.personas.map(button));
    const now = JSON.stringify(found.callers);
    if (now === shown) return;
    shown = now;
    const names = Object.fromEntries(found.personas.map((one) => [one.id, one.name[language]]));
    nobody.hidden = found.callers.length > 0;
    dismiss.disabled = !found.callers.some((one) => one.live);
    callers.replaceChildren(...found.callers.map((one) => make("li", {},
      make("strong", {}, `${names[one.persona]} · ${one.from}`), " ",
      make("span", {}, [word(one.live ? "on" : "over"), ...one.remarks.map((text) => word(text))].join(" · ")))));
  }
  dismiss.addEventListener("click", () => act("DELETE"));
  async function poll() {
    if (!document.hidden) await act("GET");
    setTimeout(poll, dismiss.disabled ? SLOW : QUICK);
  }
  poll();
}
