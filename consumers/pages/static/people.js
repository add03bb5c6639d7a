// The office's people: who they are, what each works on, and who is away.

import { byId, el, t, trouble } from "/assets/common/core.js";
import { date, inputDate, now } from "/assets/common/time.js";
import { call } from "./context.js";

const known = { people: [], me: null };

export const people = () => known.people;
export const me = () => known.me;
export const nameOf = (id) => (id === known.me ? t("desk.me") : known.people.find((one) => one.id === id)?.name ?? t("desk.somebody"));

export async function loadPeople() {
  const { status, body } = await call("people");
  if (status === 200) Object.assign(known, body);
  return known.people;
}

export async function startPeople() {
  await loadPeople();
  const own = known.people.find(({ id }) => id === known.me);
  byId("away").hidden = !own;
  if (!own) return;
  byId("stand-in").append(...known.people.filter(({ id }) => id !== known.me).map(({ id, name }) => el("option", { value: id }, name)));
  byId("away-until").min = inputDate(now());
  byId("away").querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); say(byId("away-until").value); });
  byId("away-back").addEventListener("click", () => say(null));
  tell(own);
}

async function say(day) {
  if (day === "") return byId("away-until").focus();
  const body = { until: day && `${day}T23:59:59+07:00`, stand_in: byId("stand-in").value || null };
  const answer = await call("absence", { method: "POST", body });
  byId("away").querySelector(".error").textContent = answer.status === 200 ? "" : trouble(answer);
  if (answer.status !== 200) return;
  byId("away").open = false;
  await loadPeople();
  tell(known.people.find(({ id }) => id === known.me));
}

function tell({ away_until: until, stand_in: standIn }) {
  byId("away-now").textContent = until ? t("desk.away-now", { date: date(until) }) : t("desk.away");
  byId("away-back").hidden = !until;
  byId("stand-in").value = standIn ?? "";
}
