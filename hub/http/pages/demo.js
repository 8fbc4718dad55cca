"use strict";
const status = document.getElementById("crowd-status");
const on = document.getElementById("crowd-on");
const off = document.getElementById("crowd-off");

function show(rate) {
  status.textContent = rate > 0 ? status.dataset.on.replace("{rate}", String(rate)) : status.dataset.off;
  on.disabled = rate > 0;
  off.disabled = rate === 0;
}

async function ask(method, rate) {
  const body = rate === undefined ? undefined : JSON.stringify({ rate });
  try {
    const answer = await fetch("/demo/crowd", {
      method, body, headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(15000),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    show((await answer.json()).rate);
  } catch {
    status.textContent = status.dataset.lost;
  }
}

on.addEventListener("click", () => ask("POST", 12));
off.addEventListener("click", () => ask("POST", 0));
ask("GET");
