// One case on the desk: what it is, what happened, what can be done.

import { data, el, links, t } from "/assets/common/core.js";
import { shown as files } from "/assets/common/files.js";
import { longDate, moment, remaining } from "/assets/common/time.js";
import { actionForm, offered } from "./acts.js";
import { beside } from "./beside.js";
import { context } from "./context.js";
import { draftOf } from "./drafts.js";
import { nextDue } from "./due.js";
import { filled, someShort, withEarlier } from "./earlier.js";
import { languageName } from "./languages.js";
import { path } from "./late.js";
import { place as onMap } from "./place.js";
import { decideHere } from "./proposals.js";
import { proposals } from "./split.js";
import { marked } from "./triage.js";

const TONES = { answered: "good", closed: "good", accepted: "good", breached: "bad", escalated: "bad", "answer-returned": "bad", "action-refused": "bad", warned: "warn", corrected: "warn", "decision-required": "warn", "limit-tightened": "warn", "follower-informed": "warn", "information-requested": "warn", urged: "warn", noted: "note-line" };
const NOTHING = { petition: null, action: null, form: null, seq: 0, lines: [] };
let shown = NOTHING;

/** Open the form for an action on the case that is shown, as its button would; false when that is not offered now. */
export function begin(name) {
  const button = document.querySelector(`#acting-place [data-action="${name}"]:not(:disabled)`);
  button?.click();
  return Boolean(button);
}

/** Fill `place`. A form that somebody is filling in stays as it is while the case around it changes.
 *  `about`: `url` (of the case), `fresh`, `act(petition, fields)`, `back()`, `sent(action)`, `reopen(petition, action)`; `action`: the form to open at once. */
export function showDetail(place, found, about) {
  if (about.fresh || shown.petition !== found.petition_id) shown = { ...NOTHING, petition: found.petition_id };
  found.timeline = filled(found.timeline, shown.lines); // what was read before stays read
  place.classList.remove("empty");
  const focused = shown.form?.contains(document.activeElement) ? document.activeElement : null;
  place.replaceChildren(
    el("button", { type: "button", class: "back plain", onclick: about.back }, `← ${t("desk.back")}`),
    head(found),
    el("p", { class: "muted small" }, t(`desk.means-${found.state}`)),
    el("p", { class: "petition-text" }, marked(found.text, found.classification)),
    files(found.files, about.files) ?? "",
    links(found.media_urls) ?? "",
    news(found),
    proposals(found, about),
    el("div", { id: "acting-place" }),
    el("div", { id: "proposed-here" }),
    facts(found),
    onMap(found),
    path(found),
    classification(found.classification),
    beside(found),
    el("h2", {}, t("desk.timeline")),
    timeline(found, about),
  );
  actions(place.querySelector("#acting-place"), found, about);
  decideHere(place.querySelector("#proposed-here"), found, about.act);
  focused?.focus({ preventScroll: true });
  if (about.fresh && about.action) begin(about.action);
}

/** The newest line on top; of a long one the older lines say no words until they are asked for. */
function timeline(found, about) {
  const lines = el("ol", { class: "timeline", reversed: true });
  const earlier = el("button", { type: "button", class: "plain", "data-earlier": true, onclick: async () => {
    found.timeline = await withEarlier(about.url, found.timeline);
    shown.lines = found.timeline;
    draw();
  } }, t("shared.earlier"));
  function draw() {
    lines.replaceChildren(...[...found.timeline].reverse().map((item) => line(item, about.files)));
    earlier.hidden = !someShort(found.timeline);
  }
  draw();
  return el("div", {}, lines, earlier);
}

/** What followers of this case have added, above everything else: their petitioners are answered here, too. */
function news(found) {
  const told = found.timeline.filter(({ type }) => type === "follower-informed");
  const answered = found.timeline.findLast(({ type }) => type === "answered")?.seq ?? 0;
  const open = told.filter(({ seq }) => seq > answered);
  return open.length ? el("div", { class: "note warn" }, el("b", {}, t("desk.follower-news", { n: open.length })), ...open.filter(({ short }) => !short).map(({ time, details }) => el("p", { class: "quote" }, `${moment(time)}: ${details.text ?? ""}`))) : "";
}

const who = ({ actor }) => data.offices.find(({ code }) => code === actor?.office)?.name ?? t(`desk.actor-${actor?.role ?? "system"}`);

/** What others have done while somebody writes, and the words he has written where they can be sent no more. */
function meanwhile(found, names) {
  const others = found.timeline.filter(({ seq, details }) => seq > shown.seq && (details.actor?.id ?? null) !== context.session?.id && details.actor?.role !== "system");
  const lost = shown.action && !names.includes(shown.action) && draftOf(found.petition_id, shown.action);
  const words = lost && Object.values(lost).filter((value) => typeof value === "string" && value.length > 20).join("\n\n");
  if (!shown.action || (!others.length && !words)) return "";
  return el("div", { class: "note warn", role: "alert", "data-meanwhile": true },
    el("b", {}, t("desk.meanwhile")), el("ul", {}, others.map((item) => el("li", {}, `${item.title} · ${who(item.details)} · ${moment(item.time)}`))),
    words && el("p", {}, t("desk.draft-there")), words && el("textarea", { rows: 4, readonly: true, "aria-label": t("desk.draft-there") }, words));
}

function head(found) {
  const due = nextDue(found);
  const left = due && !due.paused ? remaining(found.level, due.due_at, due.started_at) : null;
  return el("div", { class: "chips" },
    el("span", { class: "chip info" }, data.states[found.state]),
    el("span", { class: `chip ${found.urgent ? "bad" : ""}` }, `${found.urgent ? "⚡ " : ""}${data.levels[found.level]}`),
    found.classification?.maybe_urgent && el("span", { class: "chip bad" }, t("desk.maybe-urgent")),
    left?.text && el("span", { class: `chip ${left.tone}` }, `${t(`desk.clock-${due.name}`)}: ${left.text}`),
    due?.paused && el("span", { class: "chip warn" }, `⏸ ${t("shared.paused")}`),
    found.language !== "vi" && el("span", { class: "chip info" }, t("desk.written-in", { language: languageName(found.language) })),
    found.role && found.role !== "owner" && el("span", { class: "chip info" }, t(`desk.role-${found.role}`)));
}

function facts(found) {
  const place = [found.location?.address, data.wards[found.ward]].filter(Boolean).join(", ");
  const { lat, long } = found.location ?? {};
  const point = Number.isFinite(lat) && Number.isFinite(long);
  const rows = [
    [t("desk.category"), found.category_name],
    [t("desk.office-now"), found.office.name],
    (place || point) && [t("desk.place"), el("span", {}, place, point && el("a", { href: `https://www.openstreetmap.org/?mlat=${lat}&mlon=${long}#map=18/${lat}/${long}`, target: "_blank", rel: "noopener noreferrer" }, ` ${lat.toFixed(5)}, ${long.toFixed(5)}`))],
    [t("desk.received"), longDate(found.received_at)],
    found.deadline && [t("desk.deadline"), longDate(found.deadline)],
    found.transfers > 0 && [t("desk.transfers"), String(found.transfers)],
    found.decider && [t("desk.decider"), data.offices.find(({ code }) => code === found.decider)?.name],
  ].filter(Boolean);
  return el("dl", { class: "facts" }, rows.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function classification(found) {
  if (!found?.reasons?.length) return "";
  return el("details", {}, el("summary", {}, t("desk.why-here")), el("ul", { class: "small" }, [...found.reasons, ...(found.urgent_reasons ?? [])].map((reason) => el("li", {}, reason))));
}

function line(item, base) {
  const { details } = item;
  const said = details.text ?? details.question ?? details.comment;
  const office = details.to_office && data.offices.find(({ code }) => code === details.to_office)?.name;
  return el("li", { class: TONES[item.type] ?? "", "data-type": item.type },
    el("h3", {}, item.title, office && ["assigned", "transferred", "escalated"].includes(item.type) ? `: ${office}` : ""),
    el("time", { datetime: item.time }, moment(item.time)),
    !item.short && el("span", { class: "muted small" }, ` · ${who(details)}${details.actor?.id === context.session?.id && details.actor?.id ? ` (${t("desk.you")})` : ""}`),
    details.clock && el("p", { class: "small" }, t(`desk.clock-${details.clock}`), details.percent ? `: ${details.percent}%` : "", details.deadline ? ` · ${moment(details.deadline)}` : ""),
    details.reply_by && el("p", { class: "small" }, t("desk.reply-by-line", { when: moment(details.reply_by) })),
    details.why && el("p", {}, details.why),
    item.type === "split" && el("p", { class: "small" }, `${data.categories.find(({ code }) => code === details.category)?.name} → ${office ?? t("desk.split-triage")} · ${details.into}`),
    item.type === "corrected" && el("p", { class: "small" }, [data.categories.find(({ code }) => code === details.category)?.name, data.wards[details.ward_code]].filter(Boolean).join(" · ")),
    details.origin && el("p", { class: "small" }, `${t("desk.split-from")} ${details.origin}`),
    details.result && el("p", { class: "small" }, el("b", {}, data.results[details.result])),
    details.contribution && el("p", { class: "small" }, el("b", {}, data.contributions[details.contribution])),
    details.stars && el("p", {}, "★".repeat(details.stars) + "☆".repeat(5 - details.stars)),
    said && el("p", { class: "quote" }, mentioned(said, item.type)),
    details.into && el("p", {}, el("button", { type: "button", class: "plain small", onclick: () => document.dispatchEvent(new CustomEvent("desk:open", { detail: { petition_id: details.into } })) }, t("desk.open-case"))),
    details.reason && el("p", { class: "small" }, `${t("desk.reason")}: ${details.reason}`),
    files(details.files, base),
    links(details.evidence_urls ?? details.media_urls));
}

/** In a note, the logins of those whom it is for. */
const mentioned = (said, type) => (type === "noted" ? said.split(/(@[\w.-]*\w)/).map((part) => (part.startsWith("@") ? el("b", {}, part) : part)) : said);

function actions(place, found, about) {
  const names = offered(found);
  const button = (name) => el("button", {
    type: "button", class: name === "accept" ? "main" : name === "reject" ? "danger" : "", "data-action": name,
    "aria-expanded": name === "accept" ? null : String(shown.action === name), onclick: () => toggle(name),
  }, t(`desk.act-${name}`));
  const outcome = el("div", { class: "note", role: "status", hidden: true });
  const form = el("div", {});
  const tell = ({ ok, text, more = "" }) => {
    outcome.hidden = false;
    outcome.className = `note ${ok ? "good" : "bad"}`;
    outcome.replaceChildren(ok ? `✓ ${text}` : `${t("desk.refused")} ${text}`, more);
  };
  const done = (name, answer) => {
    if (answer.undone) return;
    if (answer.ok && shown.action === name) { // another form may have been opened meanwhile: it stays
      shown = { ...shown, action: null, form: null };
      form.replaceChildren();
      for (const one of place.querySelectorAll("[aria-expanded=true]")) one.setAttribute("aria-expanded", "false");
    }
    shown.told = answer;
    tell(answer);
    outcome.scrollIntoView({ block: "nearest" });
  };
  async function toggle(name) {
    outcome.hidden = true;
    shown.told = null;
    if (name === "accept") {
      const pressed = place.querySelector("[data-action=accept]");
      pressed.disabled = true;
      latest.done(name, await about.act(found.petition_id, { action: "accept" }));
      pressed.disabled = false;
      return;
    }
    const mine = found.petition_id;
    const told = (answer) => shown.petition === mine && latest.done(name, answer);
    shown = shown.action === name ? { ...shown, action: null, form: null } : { ...shown, action: name, seq: found.seq, form: actionForm(name, found, about, told) };
    for (const one of place.querySelectorAll("[aria-expanded]")) one.setAttribute("aria-expanded", String(one.dataset.action === shown.action));
    form.replaceChildren(...(shown.form ? [shown.form] : []));
    shown.form?.querySelector("input, textarea, select")?.focus();
  }
  latest.done = done;
  place.replaceChildren(el("h2", { class: "hidden-text" }, t("desk.actions")), el("div", { class: "acts" }, names.length ? names.map(button) : el("p", { class: "muted small" }, t("desk.no-actions"))), meanwhile(found, names), form, outcome);
  if (shown.form && names.includes(shown.action)) form.replaceChildren(shown.form);
  if (shown.told) tell(shown.told);
}

const latest = { done: () => {} }; // the case may be drawn anew while an answer is on its way: the newest drawing is told
