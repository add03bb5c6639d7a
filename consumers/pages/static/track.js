// One petition, followed as things happen to it.

import { combobox } from "/assets/common/combobox.js";
import { announce, api, byId, connection, data, decoded, el, lang, links, t, trouble } from "/assets/common/core.js";
import { shown } from "/assets/common/files.js";
import { filled, someShort, withEarlier } from "/assets/views/earlier.js";
import { offerHere, possible } from "/assets/views/push.js";
import { uploads } from "/assets/common/uploads.js";
import { loadCalendar, longDate, moment, remaining } from "/assets/common/time.js";

const code = decoded(location.pathname.split("/").pop());
const base = `/v1/petitions/${encodeURIComponent(code)}`;
const TICK_MS = 20_000;
const DONE = { rate: "rated", "add-information": "information-added", reopen: "reopened", withdraw: "withdrawn", forget: "forgotten", correct: "corrected" };
const TONES = {
  answered: "good", closed: "good", rated: "good", breached: "bad", escalated: "bad", refused: "bad", "action-refused": "bad",
  "information-requested": "warn", "decision-required": "warn", promised: "warn", extended: "warn",
};
const STEP_OF = { received: 0, assigned: 1, "decision-required": 1, accepted: 2, "information-requested": 2, promised: 2, merged: 2, answered: 3, closed: 4, refused: 4, withdrawn: 4 };

const attached = uploads();
byId("information-files").append(attached.place);
let petition = null;
let asked = null; // the action whose outcome we wait for

// --- Showing -------------------------------------------------------------------------------------------------------------------

function showStanding() {
  byId("code").textContent = petition.tracking_code;
  byId("state").textContent = petition.state_name;
  document.title = `${petition.state_name} · ${petition.tracking_code}`;
  showSteps();
  showFacts();
  showSaid();
  showActions();
}

function showSteps() {
  const names = ["received", "assigned", "working", "answered", ["refused", "withdrawn"].includes(petition.state) ? petition.state : "closed"];
  const at = STEP_OF[petition.state] ?? 0;
  const reached = new Set(petition.timeline.map((item) => item.type));
  const step = (name, index) => {
    const state = index < at ? (index === 3 && !reached.has("answered") ? "" : "done") : index === at ? "current" : "";
    return el("li", { class: state, "aria-current": index === at && "step" }, el("span", {}, t(`track.step-${name}`)));
  };
  byId("steps").replaceChildren(...names.map(step));
}

function showFacts() {
  const open = data.unanswered.includes(petition.state);
  const facts = [
    [t("track.office"), petition.office.name],
    [t("track.category"), petition.category_name],
    petition.deadline && [t("track.deadline"), deadline(open)],
    petition.level !== "ordinary" && [t("track.level"), el("span", { class: `chip ${petition.urgent ? "bad" : "info"}` }, t(`track.level-${petition.level}`))],
    petition.escalation > 0 && open && [t("track.escalated"), t(`track.rung-${petition.escalation}`)],
    petition.parts.length > 0 && [t("track.parts"), el("span", {}, petition.parts.map(toCode))],
    petition.origin && [t("track.origin"), toCode(petition.origin)],
    petition.rating && [t("track.rating"), stars(petition.rating)],
    [t("track.received"), longDate(petition.received_at)],
    [t("track.share"), el("a", { href: petition.share_url, title: t("track.share-hint") }, t("track.share-link"))],
    petition.receipt && [t("track.receipt"), el("code", { class: "small receipt", title: t("track.receipt-hint") }, petition.receipt.chain)],
  ].filter(Boolean);
  byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

const toCode = (other) => el("a", { href: `/t/${other}${location.search}`, class: "part-code" }, other, " ");
/** What was handed in; a fresh petition is shown a moment later. */
function showSaid() {
  const { said } = petition;
  byId("said").hidden = !said;
  if (!said || byId("said").dataset.shown === JSON.stringify(said)) return;
  byId("said").dataset.shown = JSON.stringify(said);
  byId("said-text").textContent = said.text ?? "";
  byId("said-files").replaceChildren(...[shown(said.files, `${base}/files`), links(said.media_urls)].filter(Boolean));
  const { address, ward_code: ward, lat, long } = said.location ?? {};
  const place = [address, data.wards[ward]].filter(Boolean).join(", ");
  const point = Number.isFinite(lat) && Number.isFinite(long) && `${lat.toFixed(5)}, ${long.toFixed(5)}`;
  const facts = [place && [t("track.place"), place], point && [t("track.point"), point]].filter(Boolean);
  byId("said-facts").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function deadline(open) {
  const date = longDate(petition.deadline);
  if (!open) return date;
  if (petition.state === "information-requested") return el("span", {}, `${date} `, el("span", { class: "chip warn" }, t("shared.paused")));
  const left = remaining(petition.level, petition.deadline, petition.received_at);
  return el("span", {}, `${date} `, left.text && el("span", { class: `chip ${left.tone}` }, left.text));
}

const stars = (number) => el("span", { class: "given-stars", role: "img", "aria-label": t("track.stars", { n: number }) }, "★".repeat(number) + "☆".repeat(5 - number));

function showActions() {
  for (const [name, states] of Object.entries(data.allowed)) {
    byId(name).hidden = !states.includes(petition.state) || (name === "rate" && Boolean(petition.rating)) || (name === "correct" && corrected());
  }
  const information = byId("add-information");
  if (petition.state === "information-requested" && !information.dataset.shown) {
    information.open = true;
    information.dataset.shown = "yes";
  }
  if (petition.state !== "information-requested") delete information.dataset.shown;
  byId("actions").hidden = Object.keys(data.allowed).every((name) => byId(name).hidden) && byId("outcome").hidden;
  const turn = petition.state === "information-requested" ? "asked" : petition.state === "answered" ? "your-turn" : "more-actions";
  byId("actions-heading").textContent = t(`track.${turn}`);
}

const corrected = () => petition.timeline.some(({ type }) => type === "corrected");

// --- The timeline ----------------------------------------------------------------------------------------------------------------

function line(item, arrives) {
  const about = item.details;
  const answer = ["answered", "promised"].includes(item.type);
  const words = answer || item.type === "information-added" || item.type === "information-requested";
  return el(
    "li",
    { class: [TONES[item.type], arrives && "arrives"].filter(Boolean).join(" "), "data-type": item.type },
    el("h3", {}, item.title),
    el("time", { datetime: item.time }, moment(item.time)),
    answer && !item.short && sayAnswer(item),
    !words && !item.short && el("p", {}, item.type === "action-refused" ? about.why : item.message),
    about.owner_rule && el("p", { class: "small muted" }, `${t("track.owner-rule")} ${about.owner_rule}`),
    item.type === "information-requested" && about.question && el("p", { class: "quote" }, about.question),
    item.type === "information-added" && about.text && el("p", { class: "quote" }, about.text),
    item.type === "rated" && about.comment && el("p", { class: "quote" }, about.comment),
    item.type === "reopened" && about.reason && el("p", { class: "quote" }, about.reason),
    shown(about.files ?? about.detail?.files, `${base}/files`),
    links(about.evidence_urls ?? about.media_urls ?? about.detail?.evidence_urls),
  );
}

function sayAnswer({ type, details, office }) {
  const facts = [
    office?.name,
    details.result && t(`track.result-${details.result}`),
    type === "promised" && t("track.promised-by", { when: moment(details.promise_date) }),
  ].filter(Boolean);
  return el("div", {}, el("p", { class: "small" }, el("b", {}, facts.join(" · "))), el("p", { class: "quote" }, details.text),
    details.answer_cause && el("p", { class: "small" }, `${t("track.cause")} ${details.answer_cause}`));
}

/** The newest stands on top. */
function add(item, arrives) {
  const place = byId("timeline");
  if ([...place.children].some((child) => child.dataset.id === item.id)) return;
  const made = line(item, arrives);
  made.dataset.id = item.id;
  place.prepend(made);
}

function draw() {
  byId("timeline").replaceChildren();
  for (const item of petition.timeline) add(item, false);
  byId("earlier").hidden = !someShort(petition.timeline);
}

/** The lines before the oldest whole one, whole. */
byId("earlier").addEventListener("click", async () => {
  petition = { ...petition, timeline: await withEarlier(`${base}?lang=${lang}`, petition.timeline) };
  draw();
});

// --- Following ---------------------------------------------------------------------------------------------------------------------

async function load() {
  const answer = await api(`${base}?lang=${lang}`);
  byId("loading").hidden = true;
  if (answer.status === 404) return unknown(answer);
  if (answer.status !== 200) {
    connection(true);
    setTimeout(load, 3000);
    return false;
  }
  connection(false);
  petition = answer.body;
  if (ownLanguage() !== lang && !languageChosen()) return location.replace(`?lang=${ownLanguage()}`);
  byId("petition").hidden = false;
  draw();
  showStanding();
  if (!petition.said) setTimeout(refresh, 1500);
  return follow(petition.timeline.at(-1)?.seq ?? 0);
}

/** In which of the page's languages the petition was written; who wrote in a third one rather reads English. */
const ownLanguage = () => (petition.language === "vi" ? "vi" : "en");
const languageChosen = () => /(^|; )lang=/.test(document.cookie) || new URLSearchParams(location.search).has("lang");

function unknown(answer) {
  byId("unknown-why").textContent = trouble(answer);
  byId("unknown").hidden = false;
  document.title = byId("unknown").querySelector("h1").textContent;
}

function follow(after) {
  const source = new EventSource(`${base}/events?lang=${lang}&after=${after}`);
  const live = (yes) => { byId("live").hidden = !yes; connection(!yes); };
  let last = after;
  source.onopen = () => live(true);
  source.onerror = () => {
    live(false);
    if (source.readyState === EventSource.CLOSED) setTimeout(() => follow(last), 3000);
  };
  const types = ["received", "assigned", "accepted", "information-requested", "information-added", "resumed", "extended", "transferred",
    "decision-required", "promised", "answered", "rated", "closed", "reopened", "refused", "withdrawn", "forgotten", "contact-revealed", "looked-up", "merged", "unmerged", "split", "corrected",
    "leader-reported", "limit-tightened", "breached", "escalated", "deadline-recomputed", "action-refused"];
  for (const type of types) {
    source.addEventListener(type, (event) => {
      const item = JSON.parse(event.data);
      last = Math.max(last, item.seq);
      happened(item);
    });
  }
  source.addEventListener("restarted", () => { last = 0; }); // what follows is the whole timeline again
}

function happened(item) {
  if (petition.timeline.some(({ id }) => id === item.id)) return;
  add(item, true);
  petition = { ...petition, state: item.state, state_name: item.state_name, office: item.office, deadline: item.deadline,
    timeline: [...petition.timeline, item], rating: item.details.stars ?? (item.type === "reopened" ? null : petition.rating) };
  announce(`${item.title}. ${item.message}`);
  settle(item);
  showStanding();
  refresh();
}

let waiting = 0;
/** Level, category and escalation come with the whole petition only. */
function refresh() {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const { status, body } = await api(`${base}?lang=${lang}`);
    if (status !== 200 || body.timeline.length < petition.timeline.length) return;
    petition = { ...body, timeline: filled(body.timeline, petition.timeline) }; // what was read before stays read
    showStanding();
  }, 400);
}

// --- Acting --------------------------------------------------------------------------------------------------------------------------

async function act(name, fields, form) {
  const button = form.querySelector("button.main, button.danger");
  const problem = form.querySelector(".error");
  problem.textContent = "";
  byId("outcome").hidden = true;
  asked = { name, form };
  button.disabled = true;
  const answer = await api(`${base}/actions`, { method: "POST", body: { action: name, ...fields } });
  button.disabled = false;
  if (answer.status === 202) return;
  asked = null;
  problem.textContent = trouble(answer);
}

/** Whether this is what our action led to. */
function settle(item) {
  if (!asked) return;
  if (item.type === "action-refused" && item.details.action === asked.name) {
    asked.form.querySelector(".error").textContent = item.details.why;
    asked = null;
  } else if (item.type === DONE[asked.name]) {
    asked.form.reset();
    if (asked.name === "add-information") attached.clear();
    const parent = asked.form.closest("details");
    if (parent) parent.open = false;
    byId("outcome").className = "note good";
    byId("outcome").textContent = t(`track.done-${asked.name}`);
    byId("outcome").hidden = false;
    asked = null;
  }
}

const urls = (id) => byId(id).value.split(/\s+/).filter(Boolean);
const value = (id) => byId(id).value.trim();
const form = (name) => byId(name).querySelector("form") ?? byId(name);

function onsubmit(name, fields, missing) {
  let warned = false;
  form(name).addEventListener("submit", async (event) => {
    event.preventDefault();
    if (name === "add-information") {
      await attached.settled();
      if (attached.failed() && !warned) {
        warned = true; // with the next press the rest is sent
        form(name).querySelector(".error").textContent = t("files.some-failed", { n: attached.failed() });
        return;
      }
    }
    const given = fields();
    if (given === null) {
      form(name).querySelector(".error").textContent = t(missing);
      form(name).querySelector("input, textarea").focus();
    } else act(name, given, form(name));
  });
}

onsubmit("rate", () => {
  const chosen = document.querySelector("input[name=star]:checked");
  return chosen && { stars: Number(chosen.value), ...(value("comment") && { comment: value("comment") }) };
}, "track.choose-stars");
onsubmit("add-information", () => (value("information") ? { text: value("information"), media_urls: urls("information-links"), files: attached.claims() } : null), "track.write-something");
onsubmit("reopen", () => (value("reopen-reason").length >= 3 ? { reason: value("reopen-reason") } : null), "track.give-reason");
onsubmit("withdraw", () => (value("withdraw-reason").length >= 3 ? { reason: value("withdraw-reason") } : {}), "track.give-reason");
onsubmit("forget", () => ({}));

const rightWard = combobox(byId("correct-ward"), Object.entries(data.wards).map(([code, name]) => ({ code, name })));
byId("correct-category").append(...data.categories.map(({ code, name }) => el("option", { value: code }, name)));
onsubmit("correct", () => {
  const said = { category: byId("correct-category").value, ward_code: rightWard.value(), reason: value("correct-reason") };
  const given = Object.fromEntries(Object.entries(said).filter(([name, one]) => one && (name !== "reason" || one.length >= 3)));
  return Object.keys(given).length ? given : null;
}, "track.correct-something");

function makeStars() {
  const one = (number) =>
    el("label", {}, el("input", { type: "radio", name: "star", value: number, class: "hidden-text" }), el("span", { "aria-hidden": "true" }, "★"), el("span", { class: "hidden-text" }, t("track.stars", { n: number })));
  byId("stars").replaceChildren(...[1, 2, 3, 4, 5].map(one));
}

makeStars();
await loadCalendar();
await load();
setInterval(() => petition && showFacts(), TICK_MS);

// --- News by mail, message, or on this device --------------------------------------------------------------------------------------

async function offerNews() {
  const { status, body } = await api(`${base}/notices`);
  if (status !== 200 || !body.media.length) return;
  const written = body.media.filter((medium) => medium !== "webpush");
  byId("news-medium").replaceChildren(...written.map((medium) => el("option", { value: medium }, t(`track.news-${medium}`))));
  byId("news").querySelector("form").hidden = !written.length;
  const here = Boolean(petition && body.push_key) && possible();
  byId("news").hidden = !written.length && !here;
  if (here) await offerHere(base, petition.petition_id, body.push_key);
}

byId("news").querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const medium = byId("news-medium").value;
  const body = { medium, [medium === "email" ? "email" : "phone"]: byId("news-address").value };
  const answer = await api(`${base}/notices`, { method: "POST", body });
  byId("news-outcome").textContent = answer.status === 202 ? t("track.done-news") : trouble(answer);
  byId("news-outcome").hidden = false;
});

offerNews();
