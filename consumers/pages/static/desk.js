// The desk of an office: its list, one case of it, and what can be done.

import { announce, api, byId, connection, data, el, lang, t, trouble } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { follow } from "/assets/common/stream.js";
import { date, loadCalendar, moment } from "/assets/common/time.js";
import * as address from "./address.js";
import { leave, presence, showWho } from "./assignment.js";
import { startCasework } from "./casework.js";
import { context } from "./context.js";
import { showDetail } from "./detail.js";
import { startDigest } from "./digest.js";
import { fill, offerOfficers, query, startFilters } from "./filters.js";
import { clearSelection, draw, firstOrChosen, focusChosen, load, loadSoon, nextCase, nextWork, previousCase, select, selected, selectedIds, startList, tellPresence, textOf, tick } from "./list.js";
import { nameOf, people, startPeople } from "./people.js";
import { formHeaders, nothingHere, showPerson, signedIn } from "./session.js";
import { startViews } from "./views.js";

export { nextCase, previousCase, selected, selectedIds };

const TICK_MS = 20_000;
const RELOAD_MS = 60_000; // a queue that is quiet must not be a queue that is out of date
const READS_BELOW = ["head", "city-office", "leader", "operations-centre", "auditor", "administrator"];
const MERGES = ["triage", "head", "city-office", "leader", "administrator"];
const LEAVING = ["answer", "transfer", "reject", "assign"]; // takes a case off the desk
const stored = { get: (name) => sessionStorage.getItem(`desk-${name}`), set: (name, value) => sessionStorage.setItem(`desk-${name}`, value) };

const desk = { session: null, office: null, waiters: new Map(), stop: null, seen: new Map() };

// --- In ------------------------------------------------------------------------------------------------------------------------

async function enter() {
  desk.session = await signedIn();
  if (!desk.session) return;
  showPerson(desk.session);
  const { offices, every_office: every } = desk.session;
  if (!every && !offices.length) return nothingHere(byId("no-duty"));
  const mine = every ? data.offices : data.offices.filter(({ code }) => offices.includes(code));
  byId("other-office").hidden = mine.length === 1;
  const wanted = address.here().office || (mine.length === 1 ? mine[0].code : stored.get("office"));
  if (mine.some(({ code }) => code === wanted)) return open(wanted);
  chooseOffice(mine);
}

function chooseOffice(mine) {
  const chooser = combobox(byId("acting-office"), mine);
  byId("choose-office").hidden = false;
  byId("acting-office").focus();
  byId("choose-office").addEventListener("submit", (event) => {
    event.preventDefault();
    if (chooser.value()) open(chooser.value());
  });
}

byId("other-office").addEventListener("click", () => {
  stored.set("office", "");
  location.assign("/desk");
});

async function open(office) {
  desk.office = office;
  Object.assign(context, { office, session: desk.session });
  byId("queue").dataset.office = office;
  stored.set("office", office);
  byId("choose-office").hidden = true;
  byId("work").hidden = false;
  byId("office").textContent = data.offices.find(({ code }) => code === desk.office)?.name ?? desk.office;
  document.title = byId("office").textContent;
  const branch = desk.session.posts.some(({ duty, office: at }) => READS_BELOW.includes(duty) && (at === null || at === office));
  startList(choose);
  startFilters({ branch, changed: look });
  const { petition, query: given, room } = address.here();
  fill(given);
  address.go({ office, petition, query: query() }, true);
  load(true);
  startPeople().then(() => { offerOfficers(people()); draw(); if (petition) choose(petition, true); }); // who reads is said with his name
  startDigest();
  startViews({ branch, query, show: (view) => { fill(view); look(); } });
  startCasework({
    firstRoom: room, next: nextCase, previous: previousCase, read: () => choose(firstOrChosen()), back, search: () => byId("q").focus(), tick, selectedIds, clear: clearSelection, textOf, act, outcome, nameOf,
    triage: office === data.triage,
    merges: desk.session.posts.some(({ duty }) => MERGES.includes(duty)),
  });
  listen();
}

function listen() {
  desk.stop = new AbortController();
  follow(`${base()}/events?lang=${lang}`, {
    signal: desk.stop.signal,
    onevent: happened,
    onstate: (live) => {
      byId("live").hidden = !live;
      connection(!live);
      if (!live) return;
      loadSoon(); // what came while we were away
      if (selected()) refresh(false);
    },
  });
  setInterval(draw, TICK_MS);
  setInterval(loadSoon, RELOAD_MS);
}

const base = () => `/v1/departments/${desk.office}/queue`;

/** Another question was asked: the list from its begin, and its address; the case that is read stays. */
function look() {
  address.go({ ...address.here(), query: query() }, true);
  load(true);
}

addEventListener("popstate", () => {
  const { office, petition, query: given } = address.here();
  if (office !== desk.office) return location.reload();
  if (String(given) !== String(query())) { fill(given); load(true); }
  petition ? choose(petition, true) : back(true);
});

// --- One case --------------------------------------------------------------------------------------------------------------------

/** `action`: the form to open with it. */
async function choose(petition, quietly = false, action = null) {
  if (!petition) return;
  if (!quietly) {
    address.go({ ...address.here(), query: query() }, true); // what was typed a moment ago is where Back leads
    address.go({ office: desk.office, petition, query: query() });
  }
  select(petition);
  byId("desk").classList.add("reading");
  await refresh(true, 0, action);
}

document.addEventListener("desk:open", ({ detail }) => choose(detail.petition_id));
document.addEventListener("desk:changed", ({ detail }) => { loadSoon(); if (detail.petition_id === selected()) refresh(false); });

/** Show the chosen case, as of its event number `seq` at least: the stream may be a moment ahead of what can be looked up. */
async function refresh(fresh, seq = 0, action = null) {
  const petition = selected();
  let answer = await lookUp(petition);
  for (let turn = 0; turn < 50 && answer.status === 200 && answer.body.seq < seq; turn += 1) {
    await new Promise((done) => setTimeout(done, 200));
    answer = await lookUp(petition);
  }
  if (petition !== selected()) return;
  const place = byId("detail");
  if (answer.status !== 200) {
    if (fresh || answer.status !== 0) place.replaceChildren(el("button", { type: "button", class: "back plain", onclick: () => back() }, `← ${t("desk.back")}`), el("p", { class: "note bad" }, trouble(answer)));
    return; // what is being written stays, while the service is away
  }
  desk.seen.set(petition, answer.body.seq);
  const about = { url: urlOf(petition), files: `${base()}/${answer.body.petition_id}/files`, headers: () => formHeaders(desk.session) };
  showDetail(place, answer.body, { ...about, fresh, act, back, action, sent, reopen: (wanted, form) => choose(wanted, false, form) });
  showWho(answer.body, act);
  if (fresh) {
    place.scrollTop = 0;
    place.focus({ preventScroll: !byId("desk").classList.contains("reading") });
  }
}

/** An action is on its way: when it takes the case off this desk, the next one is opened. */
const sent = (action) => LEAVING.includes(action) && nextWork();

const urlOf = (petition) => `${base()}/${petition}?lang=${lang}`;
const lookUp = (petition) => api(urlOf(petition));

/** To the list; on a phone it takes the case's place. */
function back(quietly = false) {
  byId("desk").classList.remove("reading");
  focusChosen();
  leave();
  if (quietly === true) return;
  address.go({ office: desk.office, query: query() });
}

/** Ask for an action on the case as it is shown, and wait for what became of it: `{ok, text}`. */
async function act(petition, fields) {
  const seen = desk.seen.get(petition);
  const headers = { ...formHeaders(desk.session), ...(seen && { "If-Match": `"${seen}"` }) };
  const answer = await api(`${base()}/${petition}/actions?lang=${lang}`, { method: "POST", headers, body: fields });
  if (answer.status === 412) return stale(petition, answer.body);
  if (answer.status !== 202) return { ok: false, text: trouble(answer) };
  const found = await outcome(petition, answer.body.action_id);
  return fields.action === "reveal-contact" && found.ok ? contact(petition) : found;
}

/** Whom the office deals with: after its reason is on record. It stands on the page only until the page is drawn anew. */
async function contact(petition) {
  const { status, body, ...rest } = await api(`${base()}/${petition}/contact`);
  if (status !== 200) return { ok: false, text: trouble({ status, body, ...rest }) };
  return { ok: true, text: [body.name, body.phone, body.email].filter(Boolean).join(" · "), more: earlier(body.earlier) };
}

/** What the same citizen has reported to this office before. */
function earlier(found) {
  if (!found.length) return el("p", { class: "small" }, t("desk.earlier-none"));
  const line = ({ petition_id: id, state, category, received_at: at }) => el("li", {}, el("button", { type: "button", class: "plain small", onclick: () => choose(id) },
    [date(at), data.categories.find(({ code }) => code === category)?.name, data.states[state]].filter(Boolean).join(" · ")));
  return el("div", {}, el("p", { class: "small" }, t("desk.earlier")), el("ul", { class: "others" }, found.map(line)));
}

/** Somebody was quicker: what has happened meanwhile, and by whom; then the case as it is now. */
function stale(petition, { detail, events }) {
  const who = ({ actor }) => people().find(({ id }) => id === actor.id)?.name ?? data.offices.find(({ code }) => code === actor.office)?.name ?? t(`desk.actor-${actor.role ?? "system"}`);
  if (petition === selected()) refresh(false, events.at(-1)?.seq);
  return { ok: false, text: [t("desk.stale"), ...events.map((one) => `${moment(one.time)}: ${one.title} (${who(one)})`)].join(" ") || detail };
}

const REFUSED = ["action-refused", "answer-returned"];
const verdict = (item) => (REFUSED.includes(item.type) ? { ok: false, text: item.details.why } : { ok: true, text: item.title });

/** From the stream; from the case itself when the stream was away. */
async function outcome(petition, cause) {
  const told = new Promise((done) => desk.waiters.set(cause, done));
  const looked = (async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      await new Promise((done) => setTimeout(done, 1500));
      const { body } = await lookUp(petition);
      const item = body?.timeline?.find(({ details }) => details.cause === cause);
      if (item) return verdict(item);
    }
    return { ok: true, text: t("desk.on-its-way") };
  })();
  const found = await Promise.race([told, looked]);
  desk.waiters.delete(cause);
  return found;
}

function happened({ name, data: item }) {
  if (name === "restarted") return loadSoon();
  if (name === "presence") {
    presence(item);
    return tellPresence(item);
  }
  desk.waiters.get(item.details?.cause)?.(verdict(item));
  loadSoon();
  if (item.petition_id === selected()) refresh(false, item.seq);
  else if (name === "assigned" || name === "received") announce(`${t("desk.new")}: ${item.title}`);
}

await loadCalendar();
await enter();
