// Several matters in one petition: what else it tells of, as proposals; one click makes a case of its own of one of them.

import { data, el, t } from "/assets/common/core.js";

const nameOf = (code) => data.categories.find((one) => one.code === code)?.name ?? code;
const officeOf = (code) => data.offices.find((one) => one.code === code)?.name ?? t("desk.split-triage");
const LONGEST = 5000;

/** The words of a matter; the classifier counts characters, not halves of them. */
export const wordsOf = (text, { start, end }) => [...text].slice(start, end).join("").replace(/^[\s,–-]+/, "").trim().slice(0, LONGEST);

/** What is asked for to split a matter off; without an office, triage finds one. */
export const request = (found, { category, text, office, level, reason }) => ({
  category,
  text: text.slice(0, LONGEST),
  reason,
  ...(level && { level }),
  ...(office && { to_office: office }),
  ...(found.location && { location: found.location }),
});

/** The matters that nobody has split off yet; empty where the office may not. */
export function proposals(found, about) {
  const done = new Set(found.timeline.filter(({ type }) => type === "split").map(({ details }) => details.category));
  const open = (found.classification?.matters ?? []).filter(({ category }) => !done.has(category));
  if (!open.length || !found.actions.includes("split")) return "";
  return el("section", { class: "note matters" }, el("h2", {}, t("desk.matters")), el("ul", { class: "parts" }, open.map((one) => proposal(one, found, about))));
}

function proposal(matter, found, about) {
  const text = wordsOf(found.text, matter);
  const outcome = el("p", { class: "small", role: "status" });
  const button = el("button", { type: "button", class: "small", "data-split": matter.category, onclick: async () => {
    button.disabled = true;
    const fields = request(found, { category: matter.category, text, office: matter.office, reason: t("desk.split-reason") });
    const answer = await about.act(found.petition_id, { action: "split", ...fields });
    outcome.className = `small ${answer.ok ? "" : "error"}`;
    outcome.textContent = answer.ok ? `✓ ${answer.text}` : `${t("desk.refused")} ${answer.text}`;
    button.disabled = answer.ok;
  } }, t("desk.split-off"));
  return el("li", {}, el("b", {}, nameOf(matter.category)), ` → ${officeOf(matter.office)}`, el("p", { class: "quote" }, text), button, outcome);
}
