// Above a case: who of the office has it, who looks at it and who writes; taking it and handing it over.

import { api, byId, el, lang, t } from "/assets/common/core.js";
import { moment, now } from "/assets/common/time.js";
import { context } from "./context.js";
import { loadPeople, me, nameOf, people } from "./people.js";
import { formHeaders } from "./session.js";

const place = byId("who");
const WRITING_MS = 30_000;
const shown = { found: null, act: null, present: [], timer: 0, written: 0, error: "" };

byId("detail").addEventListener("input", () => {
  const before = isWriting();
  shown.written = Date.now();
  if (!before) say();
});
addEventListener("pagehide", leave);

const isWriting = () => Date.now() - shown.written < WRITING_MS;

/** `found`: the case as it was looked up; `act(petition, fields)`: asks for an action. */
export function showWho(found, act) {
  const other = shown.found?.petition_id !== found.petition_id;
  if (other) leave();
  Object.assign(shown, { found, act }, other && { present: [], written: 0, error: "" });
  draw();
  if (other) say();
}

/** Who is at a case, as the stream says. */
export function presence({ petition_id: petition, present }) {
  if (petition !== shown.found?.petition_id) return;
  shown.present = present;
  draw();
}

export function leave() {
  clearTimeout(shown.timer);
  const { found } = shown;
  shown.found = null;
  place.hidden = true;
  if (!found || !me()) return;
  const body = JSON.stringify({ open: false });
  fetch(path(found), { method: "POST", keepalive: true, headers: { "Content-Type": "application/json", ...formHeaders(context.session) }, body }).catch(() => {});
}

const path = (found) => `/v1/departments/${context.office}/queue/${found.petition_id}/presence?lang=${lang}`;

async function say() {
  clearTimeout(shown.timer);
  const { found } = shown;
  if (!found || !me()) return;
  const { status, body } = await api(path(found), { method: "POST", headers: formHeaders(context.session), body: { writing: isWriting() } });
  if (found !== shown.found && found.petition_id !== shown.found?.petition_id) return;
  if (status === 200) presence({ petition_id: found.petition_id, present: body.present });
  shown.timer = setTimeout(say, (body?.again_seconds ?? 10) * 1000);
}

function draw() {
  const { found, present } = shown;
  if (place.contains(document.activeElement) && place.querySelector("details[open]")) return; // somebody is choosing
  const others = present.filter(({ person_id: id }) => id !== me());
  place.hidden = false;
  place.replaceChildren(...[
    el("span", { class: "holder" }, holder(found)),
    ...others.map(({ name, writing }) => el("span", { class: `chip ${writing ? "warn" : "info"}` }, t(writing ? "desk.writes" : "desk.looks", { name }))),
    el("span", { class: "row" }, found.actions.includes("take") && me() && found.officer !== me() && button("take"), found.actions.includes("hand-over") && people().length > 0 && handOver(found)),
    Boolean(shown.error) && el("p", { class: "error", role: "alert" }, shown.error),
  ].filter(Boolean));
}

function holder({ officer, held_until: until, people: names }) {
  const name = officer === me() ? t("desk.me") : names?.[officer] ?? nameOf(officer);
  if (!officer) return t("desk.nobodys");
  if (!until) return t("desk.has", { name });
  return Date.parse(until) > now() ? t("desk.has-until", { name, time: moment(until) }) : t("desk.had-until", { name });
}

const button = (action) => el("button", { type: "button", class: "small", "data-assign": action, title: t(`desk.${action}-hint`), onclick: () => ask({ action }) }, t(`desk.${action}`));

function handOver(found) {
  const to = el("select", { "aria-label": t("desk.hand-over-to") });
  const offer = () => to.replaceChildren(el("option", { value: "" }, t("desk.to-everybody")),
    ...people().filter(({ id }) => id !== found.officer).map(({ id, name, cases, away_until: away }) => el("option", { value: id }, away ? t("desk.person-away", { name }) : t("desk.person-cases", { name, n: cases }))));
  offer();
  const reason = el("input", { placeholder: t("desk.hand-over-reason"), "aria-label": t("desk.hand-over-reason"), maxlength: 2000 });
  const send = () => ask({ action: "hand-over", to: to.value || null, ...(reason.value.trim().length >= 3 && { reason: reason.value.trim() }) });
  const opened = ({ target }) => target.open && loadPeople().then(offer); // who is there, and how much each has, changes in a day
  return el("details", { class: "menu right", ontoggle: opened }, el("summary", {}, t("desk.hand-over")), el("div", { class: "card" }, to, reason, el("button", { type: "button", class: "main", "data-assign": "hand-over", onclick: send }, t("desk.hand-over-send"))));
}

async function ask(fields) {
  for (const one of place.querySelectorAll("button")) one.disabled = true;
  const answer = await shown.act(shown.found.petition_id, fields);
  place.querySelectorAll("details").forEach((one) => (one.open = false));
  shown.error = answer.ok ? "" : answer.text; // stays while the case is drawn anew, so that one can read it
  draw();
}
