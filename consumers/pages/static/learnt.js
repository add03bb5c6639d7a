// For triage: how right the guesses were, model by model, what was taken for what, and what citizens said is wrong.

import { data, el, t, trouble } from "/assets/common/core.js";
import { date } from "/assets/common/time.js";
import { call } from "./context.js";

export async function learntRoom(place) {
  const answer = await call("learnt");
  if (answer.status !== 200) return place.replaceChildren(el("p", { class: "note bad" }, trouble(answer)));
  const { since, models, mistakes, corrections } = answer.body;
  place.replaceChildren(el("h2", {}, t("desk.room-learnt")), el("p", { class: "muted" }, t("desk.learnt-about", { since: date(since) })),
    ...(models.length ? [table(MODEL, models.map(model))] : [el("p", { class: "card empty-queue muted" }, t("desk.learnt-none"))]),
    ...(mistakes.length ? [el("h3", {}, t("desk.learnt-mistakes")), table(MISTAKE, mistakes.map(mistake))] : []),
    el("p", {}, t("desk.learnt-corrections", { n: corrections })));
}

const MODEL = ["learnt-model", "learnt-first", "learnt-decided", "learnt-confirmed"];
const MISTAKE = ["learnt-guessed", "learnt-was", "learnt-number"];

const model = ({ model: name, first_seen: first, decided, confirmed }) => [name, date(first), decided, `${confirmed} (${Math.round((100 * confirmed) / decided)}%)`];
const mistake = ({ guessed, decided, number }) => [category(guessed), category(decided), number];
const category = (code) => data.categories.find((one) => one.code === code)?.name ?? code;

const table = (names, rows) => el("div", { class: "scroll card", tabindex: "0" }, el("table", {},
  el("thead", {}, el("tr", {}, names.map((name, at) => el("th", { scope: "col", class: typeof rows[0][at] === "number" ? "number" : null }, t(`desk.${name}`))))),
  el("tbody", {}, rows.map((row) => el("tr", {}, row.map((cell) => el("td", { class: typeof cell === "number" ? "number" : null }, String(cell))))))));
