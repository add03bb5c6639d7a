// The list of cases: what the filters say, page after page, as it changes; which one is chosen, and which are ticked.

import { byId, connection, data, el, lang, t } from "/assets/common/core.js";
import { remaining } from "/assets/common/time.js";
import { call } from "./context.js";
import { nextDue } from "./due.js";
import { query, tellSet } from "./filters.js";
import { me, nameOf } from "./people.js";
import { signIn } from "./session.js";
import { countSoon, mark } from "./views.js";

const PAGE = 50;
const MOST = 500; // of a page of the API
const AGAIN_MS = 3000;
const place = byId("queue");
const list = { items: [], next: null, shown: PAGE, chosen: null, at: 0, ticked: new Set(), people: {}, present: [], turn: 0, choose: () => {} };

export function startList(choose) {
  list.choose = choose;
  byId("more").addEventListener("click", more);
  place.addEventListener("change", ({ target }) => target.matches("[data-tick]") && list.ticked[target.checked ? "add" : "delete"](target.dataset.tick));
}

export const selected = () => list.chosen;
export const selectedIds = () => list.items.map(({ petition_id: id }) => id).filter((id) => list.ticked.has(id));
export const clearSelection = () => { list.ticked.clear(); draw(); };
export const textOf = (id) => list.items.find((one) => one.petition_id === id)?.text.slice(0, 60) ?? id;
export const firstOrChosen = () => list.chosen ?? list.items[0]?.petition_id;

/** The case below the chosen one; the one in its place, or the last, when that has left the list. False at the end. */
export const nextCase = () => step(list.chosen && position() < 0 ? Math.min(list.at, list.items.length - 1) : position() + 1);
/** After what takes the chosen case off the desk: the one below, at the end the first of the others. */
export const nextWork = () => nextCase() || step(list.items.findIndex(({ petition_id: id }) => id !== list.chosen));
export const previousCase = () => step((position() < 0 ? list.at : position()) - 1);

/** Mark the case as the one that is read. */
export function select(petition) {
  list.chosen = petition || null;
  if (position() >= 0) list.at = position();
  for (const one of place.querySelectorAll("button[data-petition]")) one.setAttribute("aria-current", String(one.dataset.petition === list.chosen));
}

export const focusChosen = () => place.querySelector(`button[data-petition="${list.chosen}"]`)?.focus();

/** The chosen case's box, as a click on it would. */
export function tick() {
  const box = place.querySelector(`[data-tick="${list.chosen}"]`);
  box?.click();
  return Boolean(box);
}

const position = () => list.items.findIndex(({ petition_id: id }) => id === list.chosen);

function step(to) {
  const item = list.items[to];
  if (!item) return false;
  list.choose(item.petition_id);
  place.querySelector(`button[data-petition="${item.petition_id}"]`)?.scrollIntoView({ block: "nearest" });
  return true;
}

/** Ask for all that is shown anew; `fresh`: for another question, from its begin. */
export async function load(fresh = false) {
  const turn = (list.turn += 1);
  if (fresh) list.shown = PAGE;
  const found = await pages(list.shown, null);
  if (turn !== list.turn) return; // a newer question was asked meanwhile
  if (!found) return setTimeout(() => turn === list.turn && load(), AGAIN_MS);
  connection(false);
  Object.assign(list, found);
  if (fresh) place.closest(".queue-side").scrollTop = 0;
  afterwards();
}

async function more() {
  const turn = (list.turn += 1);
  const found = await pages(PAGE, list.next);
  if (!found || turn !== list.turn) return;
  const known = new Set(list.items.map(({ petition_id: id }) => id));
  list.items.push(...found.items.filter(({ petition_id: id }) => !known.has(id)));
  list.next = found.next;
  list.shown = list.items.length;
  afterwards();
}

/** So many lines behind `cursor`, in as few calls as it takes; null when the service is away. */
async function pages(number, cursor) {
  const found = { items: [], next: cursor, people: list.people, present: list.present };
  do {
    const wanted = query();
    wanted.set("limit", Math.min(MOST, number - found.items.length));
    if (found.next) wanted.set("cursor", found.next);
    const { status, body } = await call(`cases?${wanted}`);
    if (status === 401) { signIn(); return null; }
    if (status === 400) return { ...found, items: [], next: null };
    if (status !== 200) { connection(true); return null; }
    found.items.push(...body.items);
    Object.assign(found, { next: body.next, people: { ...found.people, ...body.people }, present: body.present });
  } while (found.next && found.items.length < number);
  return found;
}

/** At once, and again when the list, which may be a moment behind the stream, has surely followed. */
let waiting = [];
export function loadSoon() {
  waiting.forEach(clearTimeout);
  waiting = [250, 2500].map((ms) => setTimeout(load, ms));
  countSoon();
}

function afterwards() {
  const wanted = query();
  for (const kind of ["csv", "xlsx"]) byId(`as-${kind}`).href = `/v1/departments/${place.dataset.office}/cases.${kind}?${wanted}${String(wanted) && "&"}lang=${lang}`;
  byId("empty").textContent = t(String(wanted) ? "desk.nothing" : "desk.nothing-to-do");
  mark(wanted);
  tellSet();
  draw();
  tellNumber(wanted);
}

async function tellNumber(wanted) {
  if (!list.next) return say(list.items.length, "");
  const { status, body } = await call(`cases/count?${wanted}`);
  if (status === 200) say(body.number, body.exact ? "" : "+");
}

const say = (n, mark) => (byId("number").textContent = t("desk.number", { n: `${n}${mark}` }));

export function draw() {
  const focused = document.activeElement?.closest?.("#queue") && document.activeElement;
  const again = focused && [focused.tagName, focused.closest("li")?.dataset.petition];
  place.replaceChildren(...list.items.map(line));
  byId("empty").hidden = list.items.length > 0;
  byId("more").hidden = !list.next;
  if (again) place.querySelector(`li[data-petition="${again[1]}"] ${again[0].toLowerCase()}`)?.focus({ preventScroll: true });
}

/** Who is at which case, as the stream says. */
export function tellPresence({ petition_id: petition, present }) {
  list.present = [...list.present.filter((one) => one.petition_id !== petition), ...present.map((one) => ({ ...one, petition_id: petition }))];
  draw();
}

function line(item) {
  const due = nextDue(item);
  const left = due && !due.paused ? remaining(item.level, due.due_at, due.started_at) : null;
  const tone = data.work.includes(item.state) ? (item.overdue ? "bad" : (left?.tone ?? "good")) : "ended";
  const tickBox = el("input", { type: "checkbox", "data-tick": item.petition_id, "aria-label": t("desk.tick"), checked: list.ticked.has(item.petition_id) });
  return el("li", { "data-petition": item.petition_id }, el("label", { class: "tick" }, tickBox), el(
    "button",
    { type: "button", class: tone, "data-petition": item.petition_id, "aria-current": String(item.petition_id === list.chosen), onclick: () => list.choose(item.petition_id) },
    el("span", { class: "chips" }, chips(item, due, left)),
    el("span", { class: "text" }, item.text),
    el("span", { class: "about" }, about(item)),
  ));
}

/** Who owes the answer stands in each line that is not the office's own. */
function about(item) {
  const owner = item.office.code !== place.dataset.office && item.office.name;
  const officer = item.officer && `@${item.officer === me() ? t("desk.me") : list.people[item.officer] ?? nameOf(item.officer)}`;
  const others = list.present.filter((one) => one.petition_id === item.petition_id && one.person_id !== me()).map(({ name, writing }) => `${writing ? "✎" : "◉"} ${name}`);
  return [owner, item.category_name, data.wards[item.ward], data.states[item.state], officer, ...others].filter(Boolean).join(" · ");
}

function chips(item, due, left) {
  return [
    item.urgent && el("span", { class: "chip bad" }, `⚡ ${data.levels.urgent}`),
    left?.text && el("span", { class: `chip ${left.tone}` }, `${t(`desk.clock-${due.name}`)}: ${left.text}`),
    due?.paused && el("span", { class: "chip warn" }, `⏸ ${t("shared.paused")}`),
    item.missed && !item.overdue && el("span", { class: "chip bad" }, t("desk.missed")),
    item.escalation > 0 && el("span", { class: "chip bad" }, `▲ ${t(`desk.rung-${item.escalation}`)}`),
    item.role && item.role !== "owner" && el("span", { class: "chip info" }, t(`desk.role-${item.role}`)),
    item.followers > 0 && el("span", { class: "chip" }, t("desk.followers", { n: item.followers })),
    item.reopened > 0 && el("span", { class: "chip warn" }, t("desk.reopened", { n: item.reopened })),
  ];
}
