// One action on the cases that are ticked: what would happen to each beforehand, and what came of each afterwards.

import { data, el, newKey, t, trouble } from "/assets/common/core.js";
import { formParts } from "./acts.js";
import { call } from "./context.js";

const ACTIONS = ["accept", "answer", "transfer", "assign", "note"];

/** A bar that is there while cases are ticked. `desk.selectedIds()`: theirs; `desk.clear()`: none any more. */
export function bulkBar(desk) {
  const number = el("span", { role: "status" });
  const panel = el("div", {});
  const buttons = ACTIONS.map((name) => el("button", { type: "button", class: "small", "data-bulk": name, onclick: () => open(name) }, t(`desk.act-${name}`)));
  const row = el("div", { class: "row" }, number, buttons, el("button", { type: "button", class: "plain small", onclick: () => { desk.clear(); draw(); } }, t("desk.bulk-none")));
  const bar = el("section", { id: "bulk", class: "card bulk", "aria-label": t("desk.bulk"), hidden: true }, row, panel);
  const shut = () => { panel.replaceChildren(); draw(); };

  function draw() {
    const ids = desk.selectedIds();
    row.hidden = ids.length === 0;
    bar.hidden = row.hidden && !panel.childElementCount;
    number.textContent = t("desk.bulk-number", { n: ids.length });
  }

  async function open(name) {
    const ids = desk.selectedIds();
    panel.replaceChildren(el("p", { class: "muted small" }, t("desk.loading")));
    const foreseen = await ask(name, {}, ids, { preview: true });
    if (!foreseen.ok) return panel.replaceChildren(el("p", { class: "note bad" }, foreseen.text));
    const able = foreseen.outcomes.filter(({ code }) => !code).map(({ petition_id: id }) => id);
    panel.replaceChildren(preview(name, foreseen.outcomes, able));
    panel.querySelector("input, textarea, select, button")?.focus();
  }

  function preview(name, outcomes, able) {
    const { parts, read } = name === "accept" ? { parts: [], read: () => ({}) } : formParts(name, blank());
    const error = el("p", { class: "error", role: "alert" });
    const key = newKey(); // sent twice, it happens once
    const send = async (event) => {
      event.preventDefault();
      const fields = read();
      if (!fields) return (error.textContent = t("desk.incomplete"));
      const done = await ask(name, fields, able, { key });
      if (!done.ok) return (error.textContent = done.text);
      panel.replaceChildren(await report(done.outcomes, desk), el("button", { type: "button", class: "plain small", onclick: shut }, t("desk.close")));
      desk.clear();
      draw();
    };
    return el("form", { class: "act-form", novalidate: true, onsubmit: send },
      el("h2", {}, t("desk.bulk-preview", { n: able.length, all: outcomes.length })), outcomeList(outcomes.filter(({ code }) => code), desk), parts, error,
      el("div", { class: "row" }, el("button", { class: "main", disabled: able.length === 0 }, t("desk.bulk-send", { n: able.length })),
        el("button", { type: "button", class: "plain", onclick: shut }, t("desk.bulk-cancel"))));
  }
  return { place: el("div", {}, bar), draw };
}

/** The forms ask the case what it is; many cases have nothing in common that is known here. */
const blank = () => ({ petition_id: "", category: data.categories[0].code, level: "ordinary", ward: null, classification: null, timeline: [], office: { name: "" }, followers: 0, text: "" });

async function ask(action, fields, ids, { preview = false, key }) {
  const answer = await call("actions", { method: "POST", body: { action, ...fields, petition_ids: ids, preview }, key });
  return answer.status === 200 ? { ok: true, outcomes: answer.body.outcomes } : { ok: false, text: trouble(answer) };
}

/** What became of each: taken in is not yet done, so the case stage is waited for. */
async function report(outcomes, desk) {
  const told = await Promise.all(outcomes.map(async (one) => (one.action_id ? { ...one, ...(await desk.outcome(one.petition_id, one.action_id)) } : { ...one, ok: false, text: one.detail })));
  const bad = told.filter(({ ok }) => !ok);
  return el("div", { class: `note ${bad.length ? "warn" : "good"}`, role: "status", "data-bulk-outcome": true },
    el("b", {}, t("desk.bulk-done", { n: told.length - bad.length, all: told.length })), outcomeList(bad.map((one) => ({ ...one, detail: one.text })), desk));
}

const outcomeList = (outcomes, desk) => (outcomes.length ? el("ul", { class: "small" }, outcomes.map(({ petition_id: id, detail }) => el("li", {}, `${desk.textOf(id)}: `, el("b", {}, detail)))) : "");
