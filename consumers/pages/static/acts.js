// The forms for what an office may do on a case. What that is comes with the case, from the table of authority.

import { data, el, t } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { inputDate, now } from "/assets/common/time.js";
import { uploads } from "/assets/common/uploads.js";
import { context } from "./context.js";
import { forget, keepDraft } from "./drafts.js";
import { leaders } from "./join.js";
import { understood } from "./languages.js";
import { post } from "./outbox.js";
import { request } from "./split.js";
import { markBlank, templateChoice } from "./templates.js";
import { guessed } from "./triage.js";
import { verdict } from "./verdict.js";

const DAY_MS = 24 * 3600_000;
const HOURS_A_DAY = 8;

/** What somebody else hears of at once: it waits for some seconds in which it can be taken back. */
const TELLING = new Set(["answer", "transfer", "reject", "request-information", "assign"]);

/** What may be done now and can be done here; who may merge has nothing to propose. */
export const offered = ({ actions }) => actions.filter((name) => (name === "accept" || FORMS[name]) && !(name === "propose-merge" && actions.includes("merge")));

let number = 0;
const identify = (name) => `act-${name}-${(number += 1)}`;

function field(label, control, hint) {
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control, hint && el("p", { class: "hint" }, hint));
}

/** Files from the camera or the device, for the parts of a form and for what it reads. */
const attached = (about) => uploads({ headers: about?.headers });
const withFiles = (label, picker) => el("div", { class: "field" }, el("p", { class: "label" }, label), picker.place);
const area = (name, rows = 3) => el("textarea", { id: identify(name), rows, maxlength: 20000, "data-keep": name });
const links = () => el("textarea", { id: identify("evidence"), rows: 2, class: "short", spellcheck: "false", placeholder: "https://…", "data-keep": "evidence" });
const lines = (control) => control.value.split(/\s+/).filter(Boolean);
const input = (name, more = {}) => el("input", { id: identify(name), "data-keep": name, ...more });

function search(label, options) {
  const control = input("office");
  const made = el("div", { class: "field" }, el("label", { for: control.id }, label), el("div", { class: "combo" }, control));
  let box = null;
  const chosen = (code) => (code ? (control.dataset.code = code) : delete control.dataset.code);
  queueMicrotask(() => (box = combobox(control, options, chosen))); // once it is in the page, where its label is found
  const set = (code) => queueMicrotask(() => options.some((one) => one.code === code) && box.set(code));
  return { made, value: () => box.value(), set };
}

function choices(label, options, name = "choice") {
  const control = el("select", { id: identify(name), "data-keep": name }, options.map(([value, title]) => el("option", { value }, title)));
  return { made: field(label, control), value: () => control.value, control };
}

/** Each gives its parts and reads its fields; null when something is missing. */
const FORMS = {
  transfer: () => {
    const office = search(t("desk.to-office"), data.offices);
    const reason = area("reason");
    return { parts: [el("p", { class: "note small" }, t("desk.transfer-hint")), office.made, field(t("desk.reason"), reason)], set: { office: office.set },
      read: () => office.value() && reason.value.trim().length >= 3 && { to_office: office.value(), reason: reason.value } };
  },
  assign: (found) => {
    const office = search(t("desk.to-office"), data.offices);
    const reason = area("reason");
    const category = choices(t("desk.category"), data.categories.map(({ code, name }) => [code, name]), "category");
    const level = choices(t("desk.level"), Object.entries(data.levels), "level");
    category.control.value = found.category;
    level.control.value = found.level;
    const changed = (name, value) => (value === found[name] ? {} : { [name]: value });
    let suggested = "";
    const guesses = guessed(found, (guess) => {
      category.control.value = guess.category;
      office.set(guess.office);
      if (reason.value === suggested) reason.value = suggested = t("desk.guess-reason", { category: guess.name });
    });
    const hint = el("p", { class: "note small" }, t(context.office === data.triage ? "desk.triage-hint" : "desk.assign-hint"));
    return { parts: [hint, guesses?.made, office.made, category.made, level.made, field(t("desk.reason"), reason)], set: { office: office.set }, ready: (_, kept) => !kept && guesses?.first(),
      read: () => office.value() && reason.value.trim().length >= 3 && { to_office: office.value(), reason: reason.value, ...changed("category", category.value()), ...changed("level", level.value()) } };
  },
  "request-information": (found) => {
    const question = area("question");
    return { parts: [understood(found), field(t("desk.question"), question, t("desk.question-hint"))], read: () => question.value.trim() && { question: question.value } };
  },
  "add-information": (found, about) => {
    const text = area("information");
    const files = attached(about);
    return { files, parts: [field(t("desk.information"), text, t("desk.information-hint")), withFiles(t("desk.files"), files)], read: () => text.value.trim() && { text: text.value } };
  },
  contribute: (found, about) => {
    const kind = choices(t("desk.contribution"), Object.entries(data.contributions), "kind");
    const text = area("contribution", 4);
    const evidence = links();
    const files = attached(about);
    return { files, parts: [kind.made, field(t("desk.contribution-text"), text, t("desk.contribution-hint")), withFiles(t("desk.files"), files), field(t("desk.evidence"), evidence)],
      read: () => text.value.trim() && { kind: kind.value(), text: text.value, evidence_urls: lines(evidence) } };
  },
  extend: () => {
    const days = input("days", { type: "number", min: "0.5", step: "0.5", value: "1", inputmode: "decimal" });
    const reason = area("reason");
    return { parts: [field(t("desk.days"), days, t("desk.extend-hint")), field(t("desk.reason"), reason)],
      read: () => Number(days.value) > 0 && reason.value.trim().length >= 3 && { working_hours: Number(days.value) * HOURS_A_DAY, reason: reason.value } };
  },
  "reveal-contact": () => {
    const reason = area("reason", 2);
    return { parts: [field(t("desk.reason"), reason, t("desk.reveal-hint"))], read: () => reason.value.trim().length >= 3 && { reason: reason.value } };
  },
  reject: () => {
    const kind = choices(t("desk.refusal"), Object.keys(data.refusals).map((value) => [value, t(`desk.refusal-${value}`)]), "kind");
    const reason = area("reason", 2);
    const address = area("address", 2);
    const suggest = () => (address.value = data.refusals[kind.value()]);
    kind.control.addEventListener("change", suggest);
    suggest();
    return { parts: [el("p", { class: "note small" }, t("desk.reject-hint")), kind.made, field(t("desk.reason"), reason), field(t("desk.right-address"), address, t("desk.address-hint"))],
      read: () => reason.value.trim().length >= 3 && { kind: kind.value(), reason: reason.value, ...(address.value.trim() && { right_address: address.value }) } };
  },
  note: () => {
    const text = area("note");
    return { parts: [field(t("desk.note-text"), text, t("desk.note-hint"))], read: () => text.value.trim() && { text: text.value } };
  },
  urge: () => {
    const text = area("urge");
    const by = input("reply-by", { type: "date", min: inputDate(now()), value: inputDate(now() + DAY_MS) });
    return { parts: [field(t("desk.urge-text"), text), field(t("desk.reply-by"), by, t("desk.urge-hint"))],
      read: () => text.value.trim() && by.value && { text: text.value, reply_by: `${by.value}T17:30:00+07:00` } };
  },
  unmerge: () => {
    const reason = area("reason");
    return { parts: [field(t("desk.reason"), reason, t("desk.unmerge-hint"))], read: () => reason.value.trim().length >= 3 && { reason: reason.value } };
  },
  answer: answerForm,
  split: splitForm,
  merge: (found) => joinForm(found, "merge"),
  "propose-merge": (found) => joinForm(found, "propose-merge"),
};

function joinForm(found, name) {
  const leader = leaders(found, identify("into"));
  const reason = area("reason", 2);
  reason.value = t("desk.same-matter");
  return { parts: [el("p", { class: "note small" }, t(`desk.${name}-hint`)), leader.made, field(t("desk.reason"), reason)],
    read: () => leader.value() && reason.value.trim().length >= 3 && { into: leader.value(), reason: reason.value } };
}

function splitForm(found) {
  const category = choices(t("desk.category"), data.categories.map(({ code, name }) => [code, name]), "category");
  const level = choices(t("desk.level"), Object.entries(data.levels), "level");
  const office = search(t("desk.split-office"), data.offices);
  const text = area("matter", 4);
  const reason = area("reason", 2);
  text.value = found.text;
  level.control.value = "ordinary";
  return { set: { office: office.set }, parts: [el("p", { class: "note small" }, t("desk.split-hint")), field(t("desk.split-text"), text), category.made, level.made, office.made, field(t("desk.reason"), reason)],
    read: () => text.value.trim() && reason.value.trim().length >= 3 &&
      request(found, { category: category.value(), text: text.value.trim(), office: office.value(), level: level.value(), reason: reason.value }) };
}

function answerForm(found, about) {
  const group = identify("result");
  const results = Object.entries(data.results).map(([value, name], index) =>
    el("label", { class: "choice" }, el("input", { type: "radio", name: group, value, checked: index === 0, "data-keep": "result" }), name));
  const text = area("text", 5);
  const evidence = links();
  const files = attached(about);
  const promise = input("promise", { type: "date", min: inputDate(now() + DAY_MS), value: inputDate(now() + 7 * DAY_MS) });
  const cause = area("cause", 2);
  const own = { "will-be-done": field(t("desk.promise-date"), promise, t("desk.promise-hint")), cause: field(t("desk.cause"), cause, t("desk.cause-hint")) };
  const others = found.timeline.filter(({ type }) => type === "follower-added").length > 0; // who reported the same matter reads it only if it says so
  const open = el("input", { type: "checkbox", name: "public", checked: others, "data-keep": "public" });
  const shared = others && el("label", { class: "choice" }, open, t("desk.public"));
  const chosen = () => made.querySelector(`input[name="${group}"]:checked`).value;
  const made = el("fieldset", {}, el("legend", {}, t("desk.result")), el("div", { class: "results" }, results));
  const fit = () => {
    own["will-be-done"].hidden = chosen() !== "will-be-done";
    own.cause.hidden = !["not-done", "not-ours"].includes(chosen());
  };
  made.addEventListener("change", fit);
  fit();
  const read = () => text.value.trim() && {
    result: chosen(), text: text.value, evidence_urls: lines(evidence), ...(others && { public: open.checked }),
    ...(chosen() === "will-be-done" && promise.value && { promise_date: `${promise.value}T17:30:00+07:00` }),
    ...(!own.cause.hidden && { cause: cause.value }),
  };
  const judged = verdict(found.petition_id, () => { const said = read(); return said && { action: "answer", ...said, ...named(files) }; });
  return {
    files,
    parts: [understood(found), contributed(found, text, evidence), made, templateChoice(found, text), field(t("desk.answer-text"), text, t("desk.answer-hint")), judged.line, shared, own["will-be-done"], own.cause, withFiles(t("desk.files"), files), field(t("desk.evidence"), evidence, t("desk.evidence-hint"))],
    read,
    ready: (form) => { fit(); judged.watch(form); text.addEventListener("keydown", (event) => nextBlank(event, text)); },
    passes: judged.ask,
  };
}

/** Ctrl and the right arrow: to the next blank of a template. */
function nextBlank(event, text) {
  if (event.key === "ArrowRight" && event.ctrlKey && markBlank(text, text.selectionEnd)) event.preventDefault();
}

/** What co-offices have written for the answer: taken over by a button, so that the owner sends it under its own name. */
function contributed({ timeline }, text, evidence) {
  const found = timeline.filter(({ type, details }) => type === "contributed" && details.contribution === "answer-part");
  const take = ({ details }) => (event) => {
    append(text, details.text, "\n\n");
    for (const url of details.evidence_urls ?? []) append(evidence, url, "\n");
    event.target.disabled = true;
  };
  const item = (one) => el("li", {}, el("p", {}, el("b", {}, officeName(one.details.actor?.office)), `: ${one.details.text}`),
    el("button", { type: "button", class: "plain small", onclick: take(one) }, t("desk.take-part")));
  return found.length > 0 && el("div", { class: "note small" }, t("desk.parts"), el("ul", { class: "parts" }, found.map(item)));
}

const officeName = (code) => data.offices.find((office) => office.code === code)?.name ?? code ?? "";
const append = (control, more, between) => (control.value = [control.value.trim(), more].filter(Boolean).join(between));

/** A form's parts, and what reads them, for who sends it himself. */
export const formParts = (name, found) => FORMS[name](found);

/** The files of a form, as the call names them. */
const named = (files) => files?.claims().length && { files: files.claims() };

/** A form for an action. `done({ok, text})` is called with what became of it, or `{undone: true}`. */
export function actionForm(name, found, about, done) {
  const { parts, read, set, ready, passes, files } = FORMS[name](found, about);
  let warned = false; // that some files failed: with the next press the rest is sent
  const error = el("p", { class: "error", role: "alert" });
  const send = el("button", { class: name === "reject" ? "danger" : "main" }, t(`desk.send-${name}`));
  const form = el("form", { class: "act-form", novalidate: true, "data-form": name, onsubmit: submit, onkeydown: quick }, parts, error, send);
  const kept = keepDraft(form, found.petition_id, name, set);
  if (kept) form.prepend(el("p", { class: "hint kept" }, t("desk.draft-kept")));
  ready?.(form, kept);

  async function submit(event) {
    event.preventDefault();
    error.textContent = "";
    const fields = read();
    if (!fields) return (error.textContent = t("desk.incomplete"));
    send.disabled = true;
    await files?.settled();
    if (files?.failed() && !warned) {
      [warned, send.disabled] = [true, false];
      return (error.textContent = t("files.some-failed", { n: files.failed() }));
    }
    if (passes && !(await passes())) return (send.disabled = false); // the line below the text says why
    const ask = () => about.act(found.petition_id, { action: name, ...fields, ...named(files) });
    const answer = TELLING.has(name) ? later(ask) : ask();
    const outcome = await answer;
    send.disabled = false;
    if (outcome.ok) forget(form, found.petition_id, name);
    done(outcome);
  }

  function later(ask) {
    const title = `${t(`desk.act-${name}`)}: ${found.text.slice(0, 60)}`;
    const sent = post({ about: title, send: ask, reopen: () => about.reopen(found.petition_id, name) });
    document.activeElement?.blur(); // so that keys are commands again, undo among them
    about.sent(name);
    return sent;
  }
  return form;
}

/** Ctrl and Enter send, wherever the cursor is. */
function quick(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
}
