// The visitor's mail program: one list, one form. Polls while the page is seen, and more slowly while nothing comes.
const mailList = document.getElementById("mail-list");
const mailForm = document.getElementById("mail-form");
const mailStatus = document.getElementById("mail-status");
const mailHead = document.getElementById("mail-head");
const cancelReply = document.getElementById("mail-cancel");
const words = mailForm.dataset;
const QUICK = 2000, SLOW = 10000, PATIENCE = 120000, LIMIT = 15000;

const ADDRESS = /^[a-z0-9][a-z0-9.-]{0,40}@example\.com$/;
const asked = new URLSearchParams(location.search).get("mail") ?? ""; // of somebody who wrote with another program
let visitor = ADDRESS.test(asked) ? asked : localStorage.getItem("demo-visitor");
if (!ADDRESS.test(asked) && !/^visitor\.[a-z0-9]{12}@example\.com$/.test(visitor ?? "")) {
  const drawn = crypto.getRandomValues(new Uint32Array(3));
  visitor = `visitor.${[...drawn].map((n) => n.toString(36).padStart(7, "0").slice(-4)).join("")}@example.com`;
  localStorage.setItem("demo-visitor", visitor);
}
let answers = null;
let shown = "";
let moved = Date.now();
document.getElementById("mail-mine").textContent = visitor;

function element(name, text, className) {
  const one = document.createElement(name);
  one.textContent = text;
  if (className) one.className = className;
  return one;
}

function item(mail) {
  const one = element("li", "", mail.mine ? "mail mine" : "mail");
  const head = element("p", "", "mail-line");
  head.append(element("strong", mail.mine ? words.me : mail.name), " ",
    element("time", new Date(mail.at).toLocaleTimeString(document.documentElement.lang)));
  one.append(head, element("p", mail.subject, "mail-subject"), element("pre", mail.text));
  if (!mail.mine) {
    const button = element("button", words.reply);
    button.type = "button";
    button.addEventListener("click", () => reply(mail));
    one.append(button);
  }
  return one;
}

function reply(mail) {
  answers = mail ? mail.number : null;
  mailHead.hidden = Boolean(mail);
  for (const field of mailHead.querySelectorAll("input, select")) field.disabled = Boolean(mail);
  cancelReply.hidden = !mail;
  mailStatus.textContent = mail ? words.answering.replace("{subject}", () => mail.subject) : "";
  mailForm.elements.text.focus();
}

function show(found) {
  const now = JSON.stringify(found.mails);
  document.getElementById("mail-section").hidden = false;
  const choose = mailForm.elements.to;
  if (!choose.options.length) choose.append(...found.addresses.map((one) => new Option(one, one)));
  if (now === shown) return;
  shown = now;
  moved = Date.now();
  mailList.replaceChildren(...found.mails.map(item));
}

async function talk(body) {
  const options = { signal: AbortSignal.timeout(LIMIT) };
  if (body) Object.assign(options, {
    method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" },
  });
  const answer = await fetch(body ? "/demo/mail" : `/demo/mail?visitor=${encodeURIComponent(visitor)}`, options);
  if (!answer.ok) throw new Error(String(answer.status));
  show(await answer.json());
}

mailForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const { name, to, subject, text } = mailForm.elements;
  const send = mailForm.querySelector("[type=submit]");
  send.disabled = true;
  mailStatus.textContent = words.sending;
  try {
    await talk({ visitor, name: name.value.trim(), language: document.documentElement.lang, to: to.value,
      subject: subject.value, text: text.value, answers });
    text.value = subject.value = "";
    reply(null);
    mailStatus.textContent = words.sent;
  } catch {
    mailStatus.textContent = words.lost;
  } finally {
    send.disabled = false;
  }
});
cancelReply.addEventListener("click", () => reply(null));

async function poll() {
  if (!document.hidden) await talk().catch(() => {});
  setTimeout(poll, Date.now() - moved < PATIENCE ? QUICK : SLOW);
}
poll();
