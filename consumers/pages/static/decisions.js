// For a superior: what waits for its binding decision and what has risen to it, with the words of those who handed it on.

import { data, el, t, trouble } from "/assets/common/core.js";
import { moment, remaining } from "/assets/common/time.js";
import { call } from "./context.js";
import { nextDue } from "./due.js";

/** The room. `act(petition, fields)` asks for an action and says what came of it. */
export async function decisionRoom(place, act) {
  const answer = await call("decisions");
  const found = answer.status === 200 ? answer.body.decisions : [];
  place.replaceChildren(el("h2", {}, t("desk.room-decisions")), el("p", { class: "muted" }, t("desk.decisions-about")),
    ...(answer.status === 200 ? [] : [el("p", { class: "note bad" }, trouble(answer))]),
    el("div", { id: "decisions" }, found.length ? found.map((one) => card(one, act)) : el("p", { class: "card empty-queue muted" }, t("desk.decisions-none"))));
}

const officeName = (code) => data.offices.find((one) => one.code === code)?.name ?? code ?? t("desk.actor-system");

function card(one, act) {
  const due = nextDue(one);
  const left = due && !due.paused ? remaining(one.level, due.due_at, due.started_at) : null;
  const made = el("article", { class: "card", "data-decision": one.petition_id });
  const open = () => document.dispatchEvent(new CustomEvent("desk:open", { detail: { petition_id: one.petition_id } }));
  made.append(
    el("div", { class: "chips" }, el("span", { class: `chip ${one.must_decide ? "bad" : "warn"}` }, t(one.must_decide ? "desk.must-decide" : "desk.has-risen")),
      left?.text && el("span", { class: `chip ${left.tone}` }, left.text), el("span", { class: "chip info" }, one.office.name)),
    el("p", { class: "petition-text" }, one.text),
    el("ol", { class: "moves" }, one.moves.map(move)),
    one.must_decide ? decide(one, act, made) : "",
    el("button", { type: "button", class: "plain small", onclick: open }, t("desk.open-case")));
  return made;
}

const move = ({ by, to, at, reason }) => el("li", {}, el("b", {}, officeName(by)), to && ` → ${to.name}`, at && el("span", { class: "muted small" }, ` · ${moment(at)}`), reason && el("p", { class: "quote small" }, reason));

/** One button for each office that has been named: whoever gets it must answer, and cannot pass it on. */
function decide(one, act, made) {
  const named = new Map(one.moves.filter(({ to }) => to).map(({ to }) => [to.code, to.name]));
  const reason = el("input", { maxlength: 2000, "aria-label": t("desk.reason"), placeholder: t("desk.reason") });
  const error = el("p", { class: "error", role: "alert" });
  const assign = async (code) => {
    if (reason.value.trim().length < 3) { error.textContent = t("desk.incomplete"); return reason.focus(); }
    const told = await act(one.petition_id, { action: "assign", to_office: code, reason: reason.value.trim() });
    if (told.ok) made.remove();
    else error.textContent = `${t("desk.refused")} ${told.text}`;
  };
  return el("div", {}, el("div", { class: "field" }, reason), error, el("div", { class: "row" }, [...named].map(([code, name]) => el("button", { type: "button", "data-assign-to": code, onclick: () => assign(code) }, t("desk.decide-for", { office: name })))));
}
