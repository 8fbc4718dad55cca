// One telephone: a call, its keypad and captions, and its texts. The emulator says how things are; this only shows it.
import { make, word } from "./words.js";

const KEYS = "123456789*0#";
const STIR = ["", "TN-Validation-Passed-A", "TN-Validation-Passed-B", "TN-Validation-Passed-C", "TN-Validation-Failed",
  "No-TN-Validation"];
const WHEN = ["ring", "answer", "voicemail", "busy", "no-answer"];
const FILES = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"];
const LARGEST = 350_000; // bytes
const AGAIN = [500, 1000, 2000, 5000];
const TYPING = 2000;
const ROLES = { agent: "agent", partner: "partner", supervisor: "supervisor" };
const OUTCOMES = { busy: "busy", "no-answer": "refused", canceled: "refused", failed: "refused" };

/** A file as the emulator takes it. */
async function base64(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}

export class Telephone {
  #number;
  #token;
  #page;
  #socket = null;
  #tries = 0;
  #closed = false;
  #call = null;
  #network = true;
  #texts = new Map();
  #unread = 0;
  #typed = 0;
  #resolve;
  #parts = {};

  constructor({ number, token }, page) {
    this.#number = number;
    this.#token = token;
    this.#page = page;
    /** The account's numbers, once the emulator has said them. */
    this.ready = new Promise((resolve) => { this.#resolve = resolve; });
    this.element = this.#build();
    this.#choose("call");
    this.#showCall(null);
    setInterval(() => this.#showStatus(), 1000);
    this.#connect();
  }

  focus() {
    this.#parts.to.focus();
  }

  // --- the connection -----------------------------------------------------------------------------------------
  #connect() {
    const url = new URL("socket", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.hash = "";
    const socket = this.#socket = new WebSocket(url);
    socket.addEventListener("open", () => this.#send({ type: "hello", number: this.#number, token: this.#token }));
    socket.addEventListener("message", (event) => {
      this.#tries = 0;
      this.#take(JSON.parse(event.data));
    });
    socket.addEventListener("close", (event) => {
      if (this.#closed) return;
      this.#page.complain(word(event.code === 4401 ? "stale" : "gone"));
      if (event.code !== 4401) setTimeout(() => this.#connect(), AGAIN[Math.min(this.#tries++, AGAIN.length - 1)]);
    });
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #take(news) {
    const parts = this.#parts;
    parts.problem.textContent = "";
    if (news.type === "ready") this.#arrive(news);
    else if (news.type === "call") this.#showCall(news);
    else if (news.type === "caption") this.#caption(news, true);
    else if (news.type === "text") this.#text(news);
    else if (news.type === "network") this.#showNetwork(news.there);
    else if (news.type === "when") parts.when.value = news.when;
    else if (news.type === "error") parts.problem.textContent = word(news.what);
  }

  #arrive(news) {
    this.#page.complain("");
    const parts = this.#parts;
    for (const choose of [parts.to, parts.textTo]) {
      if (choose.options.length !== news.ours.length) choose.replaceChildren(...news.ours.map((one) => new Option(one, one)));
    }
    parts.captions.replaceChildren();
    for (const line of news.captions) this.#caption(line, false);
    this.#texts = new Map(news.texts.map((one) => [one.sid, one]));
    this.#showThread();
    parts.when.value = news.when;
    this.#showNetwork(news.network);
    this.#showCall(news.call);
    this.#resolve(news.ours);
  }

  // --- the call -----------------------------------------------------------------------------------------------
  #showCall(call) {
    const before = this.#call, parts = this.#parts;
    if (call && before && call.sid !== before.sid) parts.captions.replaceChildren();
    this.#call = call;
    const live = Boolean(call) && call.state !== "ended";
    const rings = live && call.incoming && call.state === "ringing";
    const held = document.activeElement;
    parts.dialling.hidden = live;
    parts.offered.hidden = !rings;
    parts.talking.hidden = !live || rings;
    parts.captions.hidden = !call;
    const music = live && ["play", "music"].includes(call.sound);
    parts.sign.textContent = music ? word("music") : live && call.sound === "ringback" ? word("ringtone") : "";
    if (rings && before?.sid !== call.sid) this.#choose("call");
    // Not to a button that calls: whoever was writing might press Enter.
    if (this.element.contains(held) && !held.checkVisibility()) (live ? parts.hangup : parts.captions).focus();
    if (!live) globalThis.speechSynthesis?.cancel();
    this.#showStatus();
  }

  #showStatus() {
    const text = this.#status();
    const since = this.#call?.state === "connected" && this.#call.since ? Date.parse(this.#call.since) : 0;
    const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
    if (this.#parts.status.textContent !== text) this.#parts.status.textContent = text;
    this.#parts.timer.textContent = since
      ? `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}` : "";
  }

  #status() {
    const call = this.#call;
    if (!call) return word(this.#network ? "idle" : "noNetwork");
    if (call.state === "ended") return this.#network ? word(OUTCOMES[call.how] ?? "ended") : word("noNetwork");
    if (call.lost) return word("noNetworkCall");
    if (call.state === "ringing") return word(call.incoming ? "rings" : "ringing", call);
    if (call.people.length) return word("talking", { people: call.people.map((one) => word(one)).join(", ") });
    if (call.place.startsWith("queue")) return word("line");
    return word({ record: "record", conference: "hold" }[call.place] ?? "menu");
  }

  #caption(line, live) {
    const list = this.#parts.captions;
    const noise = { beep: "beep", digits: "digits", play: "musicLine", music: "musicLine" }[line.kind];
    if (line.kind === "ringback" || (noise === "musicLine" && list.lastElementChild?.dataset.noise === noise)) return;
    const item = make("div", { class: noise ? "who" : line.kind, "data-noise": noise });
    if (noise) item.append(word(noise));
    else {
      const who = line.kind === "mine" ? "you" : line.kind === "say" ? "system" : ROLES[line.who] ?? "somebody";
      item.append(make("span", { class: "who" }, word(who)),
        make("span", { lang: line.language || undefined }, line.text));
      if (live && line.kind !== "mine") this.#aloud(line);
    }
    list.append(item);
    list.scrollTop = list.scrollHeight;
  }

  #aloud(line) {
    if (!this.#page.aloud() || !globalThis.speechSynthesis) return;
    const said = new SpeechSynthesisUtterance(line.text);
    if (line.language) said.lang = line.language;
    speechSynthesis.speak(said);
  }

  #showNetwork(there) {
    this.#network = there;
    this.#parts.network.setAttribute("aria-pressed", String(!there));
    this.#parts.dial.disabled = !there;
    this.#parts.send.disabled = !there;
    this.#showStatus();
  }

  #press(key) {
    this.#send({ type: "press", digits: key });
  }

  #byKey(event) {
    const writing = event.target.closest("input, select, textarea");
    if (writing || event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
    if (!this.#parts.talking.hidden && KEYS.includes(event.key)) {
      event.preventDefault();
      this.#press(event.key);
    }
  }

  // --- texts --------------------------------------------------------------------------------------------------
  #text(text) {
    const isNew = !this.#texts.has(text.sid);
    this.#texts.set(text.sid, text);
    if (isNew && !text.mine && this.#parts.channel.value !== text.channel && !this.#parts.write.value) {
      this.#parts.channel.value = text.channel;
    }
    if (isNew && !text.mine && this.#parts.panelTexts.hidden) this.#unread += 1;
    this.#showThread();
    this.#look();
  }

  /** Who has the thread before him has read it. */
  #look() {
    if (this.#parts.panelTexts.hidden || document.hidden) return;
    const unread = [...this.#texts.values()].some((one) => one.channel === "whatsapp" && one.status === "delivered");
    if (unread) this.#send({ type: "seen" });
  }

  #showThread() {
    const parts = this.#parts, channel = parts.channel.value;
    const texts = [...this.#texts.values()].filter((one) => one.channel === channel);
    texts.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    parts.thread.setAttribute("aria-label", word("thread", { channel: word(channel) }));
    parts.thread.replaceChildren(...(texts.length ? texts.map((one) => this.#bubble(one))
      : [make("p", { class: "who" }, word("noTexts"))]));
    parts.thread.scrollTop = parts.thread.scrollHeight;
    parts.tabTexts.textContent = word("texts");
    if (this.#unread) parts.tabTexts.append(` · ${word("unread", { n: this.#unread })}`);
  }

  #bubble(text) {
    const time = new Date(text.at).toLocaleTimeString(document.documentElement.lang, { timeStyle: "short" });
    const more = text.files ? [word("files", { n: text.files })] : [];
    return make("div", { class: text.mine ? "mine" : "theirs" }, make("p", {}, text.body),
      make("span", { class: "who" }, [text.mine ? word("you") : text.with, time, ...more, word(text.status)].join(" · ")));
  }

  // --- how it is built ----------------------------------------------------------------------------------------
  #choose(which) {
    const parts = this.#parts, texts = which === "texts";
    for (const [tab, panel, on] of [[parts.tabCall, parts.panelCall, !texts], [parts.tabTexts, parts.panelTexts, texts]]) {
      tab.setAttribute("aria-selected", String(on));
      tab.tabIndex = on ? 0 : -1;
      panel.hidden = !on;
    }
    if (texts) {
      this.#unread = 0;
      this.#showThread();
      this.#look();
    }
  }

  #build() {
    const parts = this.#parts, number = this.#number, id = `t${number.slice(1)}`;
    parts.network = make("button", { type: "button", class: "quiet", "aria-pressed": "false",
      onclick: () => this.#send({ type: "network", there: !this.#network }) }, word("lose"));
    parts.problem = make("p", { role: "status" });
    const tab = (which) => make("button", { type: "button", role: "tab", id: `${id}-${which}`,
      "aria-controls": `${id}-${which}-panel`, onclick: () => this.#choose(which) }, word(which));
    parts.tabCall = tab("call");
    parts.tabTexts = tab("texts");
    const panel = (which, ...inside) => make("div", { role: "tabpanel", id: `${id}-${which}-panel`,
      "aria-labelledby": `${id}-${which}` }, ...inside);
    parts.panelCall = panel("call", ...this.#buildCall());
    parts.panelTexts = panel("texts", ...this.#buildTexts());
    const tabs = make("div", { class: "tabs", role: "tablist", "aria-label": word("parts", { number }),
      onkeydown: (event) => {
        if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
        const texts = parts.tabCall.getAttribute("aria-selected") === "true";
        this.#choose(texts ? "texts" : "call");
        (texts ? parts.tabTexts : parts.tabCall).focus();
      } }, parts.tabCall, parts.tabTexts);
    const remove = make("button", { type: "button", class: "quiet", "aria-label": word("removeThis", { number }),
      onclick: () => this.#remove() }, word("remove"));
    const element = make("section", { class: "card telephone", "aria-labelledby": id,
      onkeydown: (event) => this.#byKey(event) },
    make("div", { class: "head" }, make("h2", { id, "aria-label": word("telephone", { number }) }, `☎ ${number}`),
      make("div", { class: "tools" }, parts.network, remove)), tabs, parts.panelCall, parts.panelTexts, parts.problem);
    return element;
  }

  #buildCall() {
    const parts = this.#parts;
    parts.status = make("span", { role: "status" });
    parts.timer = make("span", { "aria-hidden": "true" });
    parts.sign = make("p", { class: "sign" });
    parts.captions = make("div", { class: "captions", role: "log", tabindex: "0", "aria-label": word("captions") });
    return [make("p", { class: "status" }, parts.status, " ", parts.timer), parts.sign, parts.captions,
      this.#buildDialling(), this.#buildOffered(), this.#buildTalking()];
  }

  #buildDialling() {
    const parts = this.#parts;
    parts.to = make("select");
    const name = make("input", { maxlength: "60", autocomplete: "off" });
    const withheld = make("input", { type: "checkbox" });
    const stir = make("select", {}, ...STIR.map((one) => new Option(one || word("stirNone"), one)));
    parts.when = make("select", { onchange: () => this.#send({ type: "when", when: parts.when.value }) },
      ...WHEN.map((one) => new Option(word(`when-${one}`), one)));
    parts.dial = make("button", { class: "go" }, word("dial"));
    parts.dialling = make("form", { onsubmit: (event) => {
      event.preventDefault();
      this.#send({ type: "dial", to: parts.to.value, withheld: withheld.checked, stir: stir.value, name: name.value });
    } }, make("label", {}, word("to"), parts.to), make("details", {}, make("summary", {}, word("more")),
      make("label", {}, word("name"), name), make("label", { class: "check" }, withheld, word("withheld")),
      make("label", {}, word("stir"), stir)), make("details", {}, make("summary", {}, word("called")),
      make("label", {}, word("when"), parts.when)), make("div", { class: "row" }, parts.dial));
    return parts.dialling;
  }

  #buildOffered() {
    const button = (type, look) => make("button", { type: "button", class: look,
      onclick: () => this.#send({ type }) }, word(type));
    this.#parts.offered = make("div", { class: "row", hidden: true }, button("answer", "go"), button("decline", "stop"));
    return this.#parts.offered;
  }

  #buildTalking() {
    const parts = this.#parts;
    const named = { "*": "star", "#": "hash" };
    const keypad = make("div", { class: "keypad", role: "group", "aria-label": word("keypad") },
      ...[...KEYS].map((key) => make("button", { type: "button", onclick: () => this.#press(key),
        "aria-label": word("key", { key: named[key] ? word(named[key]) : key }) }, key)));
    parts.hangup = make("button", { type: "button", class: "stop", onclick: () => this.#send({ type: "hangup" }) },
      word("hangup"));
    const said = make("input", { maxlength: "1000", autocomplete: "off", oninput: () => {
      if (Date.now() - this.#typed < TYPING) return;
      this.#typed = Date.now();
      this.#send({ type: "types" });
    } });
    const saying = make("form", { class: "line", onsubmit: (event) => {
      event.preventDefault();
      if (said.value.trim()) this.#send({ type: "say", text: said.value.trim() });
      said.value = "";
    } }, make("label", {}, word("sayLabel"), said), make("button", {}, word("say")));
    parts.talking = make("div", { hidden: true }, keypad, make("div", { class: "row" }, parts.hangup), saying,
      make("p", { class: "who" }, word("keys")));
    return parts.talking;
  }

  #buildTexts() {
    const parts = this.#parts;
    parts.channel = make("select", { onchange: () => this.#showThread() },
      new Option(word("sms"), "sms"), new Option(word("whatsapp"), "whatsapp"));
    parts.textTo = make("select");
    parts.thread = make("div", { class: "thread", role: "log", tabindex: "0" });
    parts.write = make("textarea", { rows: "2", maxlength: "1600" });
    parts.send = make("button", {}, word("send"));
    const file = make("input", { type: "file", accept: FILES.join(",") });
    const send = async (event) => {
      event.preventDefault();
      const body = parts.write.value.trim(), picked = file.files[0];
      if ((!body && !picked) || parts.send.disabled) return;
      if (picked && picked.size > LARGEST) {
        parts.problem.textContent = word("large");
        return;
      }
      const picture = picked && { kind: picked.type, base64: await base64(picked) };
      this.#send({ type: "text", to: parts.textTo.value, body, channel: parts.channel.value, picture });
      parts.write.value = file.value = "";
    };
    parts.write.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
    });
    return [make("div", { class: "line" }, make("label", {}, word("channel"), parts.channel),
      make("label", {}, word("textTo"), parts.textTo)), make("p"), parts.thread,
    make("form", { onsubmit: send }, make("div", { class: "line" }, make("label", {}, word("write"), parts.write), parts.send),
      make("label", {}, word("file"), file))];
  }

  #remove() {
    this.#closed = true;
    if (this.#call && this.#call.state !== "ended") this.#send({ type: "hangup" });
    this.#socket.close();
    this.element.remove();
    this.#page.removed(this.#number);
  }
}
