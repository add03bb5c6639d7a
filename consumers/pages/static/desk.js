// The desk of an office: its queue as it changes, one case of it, and what can be done.

import { announce, api, byId, connection, data, el, lang, t, trouble } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { follow } from "/assets/common/stream.js";
import { loadCalendar, remaining } from "/assets/common/time.js";
import { startCasework } from "./casework.js";
import { context } from "./context.js";
import { showDetail } from "./detail.js";
import { nextDue } from "./due.js";
import { formHeaders, nothingHere, showPerson, signIn, signedIn } from "./session.js";

const PAGE = 50;
const TICK_MS = 20_000;
const RELOAD_MS = 60_000; // a queue that is quiet must not be a queue that is out of date
const stored = { get: (name) => sessionStorage.getItem(`desk-${name}`), set: (name, value) => sessionStorage.setItem(`desk-${name}`, value) };

const desk = { session: null, office: null, items: [], chosen: null, at: 0, ticked: new Set(), limit: PAGE, waiters: new Map(), stop: null };

// --- In ------------------------------------------------------------------------------------------------------------------------

async function enter() {
  desk.session = await signedIn();
  if (!desk.session) return;
  showPerson(desk.session);
  const { offices, every_office: every } = desk.session;
  if (!every && !offices.length) return nothingHere(byId("no-duty"));
  const mine = every ? data.offices : data.offices.filter(({ code }) => offices.includes(code));
  byId("other-office").hidden = mine.length === 1;
  const wanted = mine.length === 1 ? mine[0].code : stored.get("office");
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
  location.reload();
});

function open(office) {
  desk.office = office;
  Object.assign(context, { office, session: desk.session });
  stored.set("office", office);
  byId("choose-office").hidden = true;
  byId("work").hidden = false;
  byId("office").textContent = data.offices.find(({ code }) => code === desk.office)?.name ?? desk.office;
  document.title = byId("office").textContent;
  startCasework({
    next: nextCase, previous: previousCase, read: () => choose(byId("queue").children[desk.at]?.dataset.petition ?? desk.chosen), back, search: () => byId("by-state").focus(),
    tick, selectedIds, clear: () => { desk.ticked.clear(); draw(); }, textOf: (id) => desk.items.find((one) => one.petition_id === id)?.text.slice(0, 60) ?? id, act, outcome,
    merges: desk.session.posts.some(({ duty }) => ["triage", "head", "city-office", "leader", "administrator"].includes(duty)),
  });
  desk.stop = new AbortController();
  load();
  follow(`${base()}/events?lang=${lang}`, {
    signal: desk.stop.signal,
    onevent: happened,
    onstate: (live) => {
      byId("live").hidden = !live;
      connection(!live);
      if (!live) return;
      loadSoon(); // what came while we were away
      if (desk.chosen) refresh(false);
    },
  });
  setInterval(draw, TICK_MS);
  setInterval(load, RELOAD_MS);
}

const base = () => `/v1/departments/${desk.office}/queue`;

// --- The queue -------------------------------------------------------------------------------------------------------------------

async function load() {
  const wanted = new URLSearchParams({ lang, limit: desk.limit });
  if (byId("by-state").value) wanted.set("state", byId("by-state").value);
  if (byId("by-category").value) wanted.set("category", byId("by-category").value);
  if (byId("by-overdue").checked) wanted.set("overdue", "true");
  const answer = await api(`${base()}?${wanted}`);
  if (answer.status === 401) return signIn();
  if (answer.status !== 200) {
    connection(true);
    setTimeout(load, 3000);
    return;
  }
  desk.items = answer.body.items;
  byId("more").hidden = answer.body.next === null || desk.limit >= 500;
  draw();
}

/** At once, and again when the queue, which may be a moment behind the stream, has surely followed. */
let waiting = [];
function loadSoon() {
  waiting.forEach(clearTimeout);
  waiting = [250, 2500].map((ms) => setTimeout(load, ms));
}

function draw() {
  const focused = document.activeElement?.dataset?.petition;
  byId("queue").replaceChildren(...desk.items.map(line));
  byId("empty").hidden = desk.items.length > 0;
  byId("number").textContent = t("desk.number", { n: byId("more").hidden ? desk.items.length : `${desk.items.length}+` });
  if (focused) byId("queue").querySelector(`button[data-petition="${focused}"]`)?.focus();
}

function line(item) {
  const due = nextDue(item);
  const left = due && !due.paused ? remaining(item.level, due.due_at, due.started_at) : null;
  const tone = item.overdue ? "bad" : (left?.tone ?? "good");
  const tick = el("input", { type: "checkbox", "data-tick": item.petition_id, "aria-label": t("desk.tick"), checked: desk.ticked.has(item.petition_id), onchange: (event) => desk.ticked[event.target.checked ? "add" : "delete"](item.petition_id) });
  return el("li", { "data-petition": item.petition_id }, tick, el(
    "button",
    { type: "button", class: tone, "data-petition": item.petition_id, "aria-current": item.petition_id === desk.chosen && "true", onclick: () => choose(item.petition_id) },
    el("span", { class: "chips" }, chips(item, due, left)),
    el("span", { class: "text" }, item.text),
    el("span", { class: "about" }, [item.category_name, data.wards[item.ward], data.states[item.state]].filter(Boolean).join(" · ")),
  ));
}

function chips(item, due, left) {
  return [
    item.urgent && el("span", { class: "chip bad" }, `⚡ ${data.levels.urgent}`),
    left?.text && el("span", { class: `chip ${left.tone}` }, `${t(`desk.clock-${due.name}`)}: ${left.text}`),
    due?.paused && el("span", { class: "chip warn" }, `⏸ ${t("shared.paused")}`),
    item.missed && !item.overdue && el("span", { class: "chip bad" }, t("desk.missed")),
    item.escalation > 0 && el("span", { class: "chip bad" }, `▲ ${t(`desk.rung-${item.escalation}`)}`),
    item.role !== "owner" && el("span", { class: "chip info" }, t(`desk.role-${item.role}`)),
    item.followers > 0 && el("span", { class: "chip" }, t("desk.followers", { n: item.followers })),
    item.reopened > 0 && el("span", { class: "chip warn" }, t("desk.reopened", { n: item.reopened })),
  ];
}

for (const value of data.work) byId("by-state").append(el("option", { value }, data.states[value]));
for (const { code, name } of data.categories) byId("by-category").append(el("option", { value: code }, name));
byId("filters").addEventListener("change", load);
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => { desk.limit = Math.min(500, desk.limit + PAGE); load(); });

// --- One case --------------------------------------------------------------------------------------------------------------------

async function choose(petition, action = null) {
  if (!petition) return;
  desk.chosen = petition;
  desk.at = Math.max(0, place());
  byId("desk").classList.toggle("reading", Boolean(petition));
  draw();
  await refresh(true, 0, action);
}

/** Where the chosen case stands in the list; -1 when it has left it. */
const place = () => desk.items.findIndex(({ petition_id: id }) => id === desk.chosen);

/** The case below the chosen one; the one in its place, when that has left the list. False at the end. */
export const nextCase = () => step(desk.chosen && place() < 0 ? desk.at : place() + 1);
export const previousCase = () => step((place() < 0 ? desk.at : place()) - 1);
export const selected = () => desk.chosen;
export const selectedIds = () => [...desk.ticked].filter((id) => desk.items.some((one) => one.petition_id === id));

function step(to) {
  const item = desk.items[to];
  if (!item) return false;
  choose(item.petition_id);
  byId("queue").querySelector(`button[data-petition="${item.petition_id}"]`)?.scrollIntoView({ block: "nearest" });
  return true;
}

/** The chosen case's box, as a click on it would. */
function tick() {
  const box = byId("queue").querySelector(`[data-tick="${desk.chosen}"]`);
  box?.click();
  return Boolean(box);
}

document.addEventListener("desk:open", ({ detail }) => choose(detail.petition_id));

/** Show the chosen case, as of its event number `seq` at least: the stream may be a moment ahead of what can be looked up. */
async function refresh(fresh, seq = 0, action = null) {
  const petition = desk.chosen;
  let answer = await look(petition);
  for (let turn = 0; turn < 50 && answer.status === 200 && answer.body.seq < seq; turn += 1) {
    await new Promise((done) => setTimeout(done, 200));
    answer = await look(petition);
  }
  if (petition !== desk.chosen) return;
  const shown = byId("detail");
  if (answer.status !== 200) {
    if (fresh || answer.status !== 0) shown.replaceChildren(el("p", { class: "note bad" }, trouble(answer)));
    return; // what is being written stays, while the service is away
  }
  showDetail(shown, answer.body, { fresh, act, back, action, sent, reopen: choose, files: `${base()}/${answer.body.petition_id}/files`, headers: () => formHeaders(desk.session) });
  if (fresh) {
    shown.scrollTop = 0;
    shown.focus({ preventScroll: !byId("desk").classList.contains("reading") });
  }
}

const LEAVING = new Set(["answer", "transfer", "reject", "assign"]);

/** An action is on its way: with what takes the case off this desk, the next one is opened. */
const sent = (action) => LEAVING.has(action) && nextCase();

const look = (petition) => api(`${base()}/${petition}?lang=${lang}`);

function back() {
  byId("desk").classList.remove("reading");
  byId("queue").querySelector(`button[data-petition="${desk.chosen}"]`)?.focus();
}

/** Ask for an action and wait for what became of it: `{ok, text}`. */
async function act(petition, fields) {
  const answer = await api(`${base()}/${petition}/actions`, { method: "POST", headers: formHeaders(desk.session), body: fields });
  if (answer.status !== 202) return { ok: false, text: trouble(answer) };
  const found = await outcome(petition, answer.body.action_id);
  return fields.action === "reveal-contact" && found.ok ? contact(petition) : found;
}

/** Whom the office deals with: after its reason is on record. It stands on the page only until the page is drawn anew. */
async function contact(petition) {
  const { status, body, ...rest } = await api(`${base()}/${petition}/contact`, { token: desk.token });
  if (status !== 200) return { ok: false, text: trouble({ status, body, ...rest }) };
  return { ok: true, text: [body.name, body.phone, body.email].filter(Boolean).join(" · ") };
}

const REFUSED = ["action-refused", "answer-returned"];
const verdict = (item) => (REFUSED.includes(item.type) ? { ok: false, text: item.details.why } : { ok: true, text: item.title });

/** From the stream; from the case itself when the stream was away. */
async function outcome(petition, cause) {
  const told = new Promise((done) => desk.waiters.set(cause, done));
  const looked = (async () => {
    for (let turn = 0; turn < 8; turn += 1) {
      await new Promise((done) => setTimeout(done, 1500));
      const { body } = await look(petition);
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
  desk.waiters.get(item.details?.cause)?.(verdict(item));
  loadSoon();
  if (item.petition_id === desk.chosen) refresh(false, item.seq);
  else if (name === "assigned" || name === "received") announce(`${t("desk.new")}: ${item.title}`);
}

await loadCalendar();
await enter();
