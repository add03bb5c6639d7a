// Petitions that may be the same matter, as a list to work off: both sides, and one of two decisions.

import { byId, data, el, links, t, trouble } from "/assets/common/core.js";
import { longDate, moment } from "/assets/common/time.js";
import { call } from "./context.js";

/** The room. `act(petition, fields)` asks for an action and says what came of it. */
export async function proposalRoom(place, act) {
  const answer = await call("merge-proposals");
  const found = answer.status === 200 ? answer.body.proposals : [];
  place.replaceChildren(el("h2", {}, t("desk.room-proposals")), el("p", { class: "muted" }, t("desk.proposals-about")),
    ...(answer.status === 200 ? [] : [el("p", { class: "note bad" }, trouble(answer))]),
    el("div", { id: "proposals" }, found.length ? found.map((one) => card(one, act)) : el("p", { class: "card empty-queue muted" }, t("desk.proposals-none"))));
  focusFirst();
}

const focusFirst = () => byId("proposals")?.querySelector("[data-merge]")?.focus({ preventScroll: true });

function card(proposal, act) {
  const { petition, leader } = proposal;
  const reason = el("input", { value: t("desk.same-matter"), maxlength: 2000, "aria-label": t("desk.reason") });
  const outcome = el("p", { class: "note", role: "status", hidden: true });
  const made = el("article", { class: "card proposal", "data-proposal": petition.petition_id });
  const decide = async (event, action, why) => {
    const buttons = [...made.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    const told = await act(petition.petition_id, { action, into: leader.petition_id, reason: why });
    if (told.ok) {
      made.remove();
      return focusFirst();
    }
    for (const button of buttons) button.disabled = false;
    outcome.hidden = false;
    outcome.className = "note bad";
    outcome.textContent = `${t("desk.refused")} ${told.text}`;
    event.target.focus();
  };
  made.append(
    el("div", { class: "chips" }, proposal.similarity !== null && el("span", { class: "chip info" }, t("desk.alike", { n: Math.round(proposal.similarity * 100) })), el("span", { class: "muted small" }, `${proposal.reason ?? ""} · ${moment(proposal.proposed_at)}`)),
    el("div", { class: "sides" }, side(petition, t("desk.side-petition")), side(leader, t("desk.side-leader"))),
    el("div", { class: "row" },
      el("div", { class: "grow" }, reason),
      el("button", { type: "button", class: "main", "data-merge": true, onclick: (event) => decide(event, "merge", reason.value.trim() || t("desk.same-matter")) }, t("desk.do-merge")),
      el("button", { type: "button", "data-decline": true, onclick: (event) => decide(event, "decline-merge", t("desk.not-the-same")) }, t("desk.do-decline"))),
    outcome);
  return made;
}

/** A petition as one of the two sides. */
export function side(one, title) {
  const where = [one.address, data.wards[one.ward]].filter(Boolean).join(", ");
  const rows = [
    [t("desk.category"), one.category_name], [t("desk.office-now"), one.office.name], where && [t("desk.place"), where],
    [t("desk.received"), longDate(one.received_at)], one.deadline && [t("desk.deadline"), longDate(one.deadline)],
    one.followers > 0 && [t("desk.petitioners"), String(one.followers + 1)],
  ].filter(Boolean);
  return el("section", { class: "side" }, el("h3", {}, title),
    el("div", { class: "chips" }, el("span", { class: "chip info" }, one.state_name), el("span", { class: `chip ${one.level === "urgent" ? "bad" : ""}` }, data.levels[one.level])),
    el("p", { class: "petition-text" }, one.text), links(one.media_urls),
    el("dl", { class: "facts small" }, rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

/** On the case itself: its proposals that nobody has decided, with both buttons. */
export async function decideHere(place, found, act) {
  if (!found.actions.includes("merge") || !found.timeline.some(({ type }) => type === "merge-proposed")) return;
  const { status, body } = await call("merge-proposals");
  const mine = status === 200 ? body.proposals.filter(({ petition, leader }) => [petition.petition_id, leader.petition_id].includes(found.petition_id)) : [];
  place.replaceChildren(...mine.map((one) => card(one, act)));
}

