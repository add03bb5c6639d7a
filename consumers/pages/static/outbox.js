// What is sent waits for some seconds in which it can be taken back: whoever gets a message cannot forget it.

import { announce, el, t } from "/assets/common/core.js";

const WAIT_MS = 5000;
const SHOWN_MS = 7000;
const waiting = [];
const place = el("div", { id: "outbox", class: "outbox", role: "region", "aria-label": t("desk.outbox") });

/** Ask for `send()` in a moment. Gives `{ok, text}` as `send` does, or `{undone: true}`. `about`: a few words on the case;
 *  `reopen`: back to the case, should it fail or be taken back. */
export function post({ about, send, reopen }) {
  if (!place.isConnected) document.body.append(place);
  return new Promise((done) => {
    const item = { line: el("div", { class: "note", role: "status" }), done, send, about, reopen };
    item.timer = setTimeout(() => go(item), WAIT_MS);
    waiting.push(item);
    item.line.append(el("span", { class: "about" }, t("desk.outbox-waits", { about })), el("span", { class: "row" },
      el("button", { type: "button", class: "small", "data-undo": true, onclick: () => takeBack(item) }, t("desk.undo")),
      el("button", { type: "button", class: "plain small", onclick: () => go(item) }, t("desk.send-now"))));
    place.append(item.line);
    announce(t("desk.outbox-waits", { about }));
  });
}

/** Take the newest back; false when nothing waits. */
export function undo() {
  const item = waiting.at(-1);
  if (item) takeBack(item);
  return Boolean(item);
}

/** Whether something is still here. */
export const pending = () => waiting.length > 0;

function leave(item) {
  clearTimeout(item.timer);
  const at = waiting.indexOf(item);
  if (at >= 0) waiting.splice(at, 1);
  return at >= 0;
}

function takeBack(item) {
  if (!leave(item)) return;
  item.line.remove();
  announce(t("desk.undone"));
  item.done({ undone: true });
  item.reopen();
}

async function go(item) {
  if (!leave(item)) return;
  item.line.replaceChildren(t("desk.sending", { about: item.about }));
  const answer = await item.send();
  item.line.className = `note ${answer.ok ? "good" : "bad"}`;
  item.line.replaceChildren(
    el("span", { class: "about" }, `${answer.ok ? "✓" : t("desk.refused")} ${answer.text} – ${item.about}`),
    el("span", { class: "row" }, !answer.ok && el("button", { type: "button", class: "small", onclick: () => { item.line.remove(); item.reopen(); } }, t("desk.reopen-case")),
      el("button", { type: "button", class: "plain small", "aria-label": t("desk.close"), onclick: () => item.line.remove() }, "✕")));
  if (answer.ok) setTimeout(() => item.line.remove(), SHOWN_MS);
  item.done(answer);
}

// Who leaves the page meanwhile has meant it: it is sent, and the browser asks him to wait for that.
addEventListener("beforeunload", (event) => {
  if (!pending()) return;
  [...waiting].forEach(go);
  event.preventDefault();
});
