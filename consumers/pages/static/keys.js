// The desk by keyboard: one table of keys, from which the help is drawn, too.

import { byId, el, t } from "/assets/common/core.js";
import { begin } from "./detail.js";
import { undo } from "./outbox.js";

/** What a key does, by group. `desk`: what the list offers (see casework.js). A key that does nothing now is left to the browser. */
const groups = (desk) => ({
  move: { j: () => desk.next(), k: () => desk.previous(), Enter: () => desk.read(), Escape: () => leave(desk), "/": () => desk.search() },
  act: {
    a: () => begin("accept"), r: () => begin("answer"), t: () => begin("transfer"), n: () => begin("note"), q: () => begin("request-information"),
    s: () => begin("assign"), e: () => begin("extend"), d: () => begin("reject"), x: () => desk.tick(), u: () => undo(),
  },
  go: { "g l": () => desk.room("queue"), "g d": () => desk.room("decisions"), "g m": () => desk.room("proposals"), "g h": () => desk.room("late"), "g n": () => desk.room("mentions"), "g t": () => desk.room("templates"), "g w": () => desk.room("learnt") },
  help: { "?": () => help(desk) },
});

/** 1 to 5: a guess; false where its button is not there. */
function guess(key) {
  const button = document.querySelector(`[data-guess="${key}"]`);
  button?.click();
  return Boolean(button);
}

const typing = (target) => target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable], dialog");

export function listen(desk) {
  const keys = Object.assign({}, ...Object.values(groups(desk)));
  let prefix = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing(event.target)) return void (event.key === "Escape" && !event.target.closest("dialog") && event.target.blur());
    if (/^[1-5]$/.test(event.key) && guess(event.key)) return event.preventDefault();
    if (event.key === "Enter" && event.target.closest("button, a, summary")) return;
    const key = prefix + event.key;
    prefix = event.key === "g" && !prefix ? "g " : "";
    if (keys[key] && keys[key]() !== false) event.preventDefault();
  });
}

/** Out of what is innermost: the form, the case, the room. */
function leave(desk) {
  const open = document.querySelector("#acting-place [aria-expanded=true]");
  if (open) return open.click();
  return desk.back();
}

/** All keys, with what they do, in a dialog. */
export function help(desk) {
  let dialog = byId("keys-help");
  if (!dialog) {
    const rows = Object.entries(groups(desk)).flatMap(([group, keys]) => [el("h3", {}, t(`desk.keys-${group}`)), el("dl", { class: "keys" }, Object.keys(keys).flatMap(pair))]);
    dialog = el("dialog", { id: "keys-help", "aria-labelledby": "keys-title" }, el("h2", { id: "keys-title" }, t("desk.keys")), ...rows,
      el("dl", { class: "keys" }, pair("1"), pair("ctrl-enter")),
      el("form", { method: "dialog" }, el("button", { class: "main" }, t("desk.close"))));
    document.body.append(dialog);
  }
  dialog.showModal();
}

const SHOWN = { "1": "1 – 5", "ctrl-enter": "Ctrl Enter", Escape: "Esc" };
const NAMES = { "/": "search", "?": "help", "1": "guess" };
const pair = (key) => [el("dt", {}, (SHOWN[key] ?? key).split(" ").flatMap((part, index) => [index ? " " : "", part === "–" ? "–" : el("kbd", {}, part)])), el("dd", {}, t(`desk.key-${NAMES[key] ?? key.toLowerCase().replace(" ", "-")}`))];
