// The first time at the desk: a few sentences, one after the other, above the work and in nobody's way.

import { byId, data, el, t } from "/assets/common/core.js";
import { context } from "./context.js";

const SEEN = "desk-tour";
const STEPS = ["queue", "case", "person", "unclear", "answer", "note", "find", "keys"];
const TRIAGE = ["queue", "triage", "case", "person", "note", "find", "keys"];

/** Show it: to who has not seen it, or to who asks (`wanted`). */
export function tour(wanted) {
  if (!wanted && localStorage.getItem(SEEN)) return;
  localStorage.setItem(SEEN, "yes");
  const steps = context.office === data.triage ? TRIAGE : STEPS;
  let at = 0;
  const title = el("h2", { id: "tour-title" });
  const text = el("p", {});
  const number = el("p", { class: "muted small" });
  const next = el("button", { type: "button", class: "main", onclick: () => move(1) });
  const back = el("button", { type: "button", class: "plain", onclick: () => move(-1) }, t("desk.tour-back"));
  const box = el("div", { id: "tour", class: "card tour", role: "group", "aria-labelledby": "tour-title", tabindex: "-1" },
    title, text, number, el("div", { class: "row" }, next, back, el("button", { type: "button", class: "plain", onclick: close }, t("desk.tour-end"))));
  function close() {
    box.remove();
    byId("queue")?.querySelector("button")?.focus();
  }
  function move(step) {
    at += step;
    if (at >= steps.length) return close();
    title.textContent = t(`desk.tour-${steps[at]}-title`);
    text.textContent = t(`desk.tour-${steps[at]}`);
    number.textContent = t("desk.tour-number", { n: at + 1, all: steps.length });
    next.textContent = t(at === steps.length - 1 ? "desk.tour-done" : "desk.tour-next");
    back.hidden = at === 0;
  }
  byId("tour")?.remove();
  byId("filters").before(box);
  box.addEventListener("keydown", (event) => event.key === "Escape" && close());
  move(0);
  if (wanted) box.focus();
}
