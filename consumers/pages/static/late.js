// For heads and superiors: what is late and about to be, by whose move it is, by officer and by office; and who is to be heard in a dispute.

import { data, el, t, trouble } from "/assets/common/core.js";
import { moment, remaining } from "/assets/common/time.js";
import { call } from "./context.js";
import { nextDue } from "./due.js";

/** The room. `nameOf`: the name of a person, by id. */
export async function lateRoom(place, nameOf) {
  const answer = await call("late");
  if (answer.status !== 200) return place.replaceChildren(el("p", { class: "note bad" }, trouble(answer)));
  const { items, by_reason: reasons, by_officer: officers, by_office: offices } = answer.body;
  const chosen = { reason: null, officer: null, office: null };
  const list = el("ol", { class: "queue" });
  const draw = () => list.replaceChildren(...items.filter((one) => fits(one, chosen)).map(line));
  const pick = (kind, shares, name) => shares.length > 0 && el("label", {}, t(`desk.late-by-${kind}`), el("select", { onchange: ({ target }) => { chosen[kind] = target.selectedIndex ? target.value : null; draw(); } },
    el("option", { value: "" }, t("desk.late-all", { n: items.length })), shares.map((one) => el("option", { value: one.name }, `${name(one.name)} (${one.number})`))));
  place.replaceChildren(el("h2", {}, t("desk.room-late")), el("p", { class: "muted" }, t("desk.late-about")),
    el("div", { class: "filters" },
      pick("reason", reasons, (code) => reasonName(code)),
      officers.some(({ name }) => name) && pick("officer", officers, (id) => (id ? nameOf(id) : t("desk.nobody-yet"))),
      offices.length > 1 && pick("office", offices, (code) => officeName(code))),
    items.length ? list : el("p", { class: "card empty-queue muted" }, t("desk.late-none")));
  draw();
}

const officeName = (code) => data.offices.find((one) => one.code === code)?.name ?? code;
const fits = (one, { reason, officer, office }) => (!reason || one.reason === reason) && (officer === null || (one.officer ?? "") === officer) && (!office || one.office.code === office);

/** `not-accepted-soon`: the same words, with "soon". */
function reasonName(code) {
  const soon = code.endsWith("-soon");
  const name = t(`desk.late-${soon ? code.slice(0, -5) : code}`);
  return soon ? t("desk.late-soon", { name }) : name;
}

function line(one) {
  const due = nextDue(one);
  const left = due && !due.paused ? remaining(one.level, due.due_at, due.started_at) : null;
  const open = () => document.dispatchEvent(new CustomEvent("desk:open", { detail: { petition_id: one.petition_id } }));
  return el("li", {}, el("button", { type: "button", class: one.overdue ? "bad" : "warn", onclick: open },
    el("span", { class: "chips" }, left?.text && el("span", { class: `chip ${left.tone}` }, left.text), el("span", { class: "chip" }, reasonName(one.reason)), el("span", { class: "chip info" }, one.office.name)),
    el("span", { class: "text" }, one.text)));
}

/** Which offices had the case, in their order, with what each said: `A → B → C → ?`. Nothing where it never moved. */
export function path({ timeline, decider }) {
  const moves = timeline.filter(({ type }) => ["assigned", "transferred", "decision-required"].includes(type));
  const steps = moves.flatMap(({ type, time, details }, index) => {
    const to = type === "decision-required" ? null : details.to_office;
    return index > 0 && to === moves[index - 1].details.to_office ? [] : [{ to, time, why: details.reason, wanted: details.proposed_office }];
  });
  if (steps.length < 2) return "";
  const step = ({ to, time, why, wanted }) => el("li", {}, el("b", {}, to ? officeName(to) : t("desk.path-decides", { office: officeName(decider ?? "") })),
    el("span", { class: "muted small" }, ` · ${moment(time)}`), why && el("p", { class: "quote small" }, why), wanted && el("p", { class: "small" }, t("desk.path-wanted", { office: officeName(wanted) })));
  return el("details", { class: "path", open: Boolean(decider) }, el("summary", {}, t("desk.path", { n: steps.length - 1 })), el("ol", {}, steps.map(step)));
}
