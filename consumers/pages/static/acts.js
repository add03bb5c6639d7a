// What an office may do on a case, and the forms for it. The case stage decides; this only spares useless questions.

import { data, el, t } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { inputDate, now } from "/assets/common/time.js";

const OFFICE = {
  assigned: ["accept", "answer", "transfer", "reject"],
  accepted: ["answer", "request-information", "transfer", "extend", "reject"],
  "information-requested": ["answer", "reject"],
  promised: ["answer", "reject"],
  "decision-required": ["reject"],
};
const TRIAGE = { received: ["assign", "request-information", "reject"], "information-requested": ["assign", "reject"] };
const DIRECTING = { received: ["assign"], assigned: ["assign", "reject"], accepted: ["assign", "reject"], "information-requested": ["assign", "reject"], "decision-required": ["assign", "reject"], promised: ["assign", "reject"] };
const DAY_MS = 24 * 3600_000;
const HOURS_A_DAY = 8;

export function actionsFor(found, { admin, office }) {
  const waits = found.case.office === null;
  const own = waits ? TRIAGE : OFFICE;
  if (admin) return [...new Set([...(own[found.state] ?? []), ...(DIRECTING[found.state] ?? [])])];
  if (found.role === "owner") return own[found.state] ?? [];
  const decides = found.role === "superior" || found.role === "decider" || office === "vp-ubnd" || office === "ubnd-tp";
  return decides && found.role !== "co-office" ? (DIRECTING[found.state] ?? []) : [];
}

let number = 0;
const identify = (name) => `act-${name}-${(number += 1)}`;

function field(label, control, hint) {
  return el("div", { class: "field" }, el("label", { for: control.id }, label), control, hint && el("p", { class: "hint" }, hint));
}

const area = (name, rows = 3) => el("textarea", { id: identify(name), rows, maxlength: 20000 });
const input = (name, more = {}) => el("input", { id: identify(name), ...more });

function search(label, options) {
  const control = input("search");
  const made = el("div", { class: "field" }, el("label", { for: control.id }, label), el("div", { class: "combo" }, control));
  queueMicrotask(() => Object.assign(found, combobox(control, options)));
  const found = { value: () => null };
  return { made, value: () => found.value() };
}

function choices(label, options) {
  const control = el("select", { id: identify("choice") }, options.map(([value, name]) => el("option", { value }, name)));
  return { made: field(label, control), value: () => control.value, control };
}

/** Each gives its parts and reads its fields; null when something is missing. */
const FORMS = {
  transfer: () => {
    const office = search(t("desk.to-office"), data.offices);
    const reason = area("reason");
    return { parts: [el("p", { class: "note small" }, t("desk.transfer-hint")), office.made, field(t("desk.reason"), reason)],
      read: () => office.value() && reason.value.trim().length >= 3 && { to_office: office.value(), reason: reason.value } };
  },
  assign: (found) => {
    const office = search(t("desk.to-office"), data.offices);
    const reason = area("reason");
    const category = choices(t("desk.category"), data.categories.map(({ code, name }) => [code, name]));
    const level = choices(t("desk.level"), Object.entries(data.levels));
    category.control.value = found.category;
    level.control.value = found.level;
    const changed = (name, value) => (value === found[name] ? {} : { [name]: value });
    return { parts: [office.made, category.made, level.made, field(t("desk.reason"), reason)],
      read: () => office.value() && reason.value.trim().length >= 3 && { to_office: office.value(), reason: reason.value, ...changed("category", category.value()), ...changed("level", level.value()) } };
  },
  "request-information": () => {
    const question = area("question");
    return { parts: [field(t("desk.question"), question, t("desk.question-hint"))], read: () => question.value.trim() && { question: question.value } };
  },
  extend: () => {
    const days = input("days", { type: "number", min: "0.5", step: "0.5", value: "1", inputmode: "decimal" });
    const reason = area("reason");
    return { parts: [field(t("desk.days"), days, t("desk.extend-hint")), field(t("desk.reason"), reason)],
      read: () => Number(days.value) > 0 && reason.value.trim().length >= 3 && { working_hours: Number(days.value) * HOURS_A_DAY, reason: reason.value } };
  },
  reject: () => {
    const kind = choices(t("desk.refusal"), Object.keys(data.refusals).map((value) => [value, t(`desk.refusal-${value}`)]));
    const reason = area("reason", 2);
    const address = area("address", 2);
    const suggest = () => (address.value = data.refusals[kind.value()]);
    kind.control.addEventListener("change", suggest);
    suggest();
    return { parts: [kind.made, field(t("desk.reason"), reason), field(t("desk.right-address"), address, t("desk.address-hint"))],
      read: () => reason.value.trim().length >= 3 && { kind: kind.value(), reason: reason.value, ...(address.value.trim() && { right_address: address.value }) } };
  },
  answer: answerForm,
};

function answerForm() {
  const group = identify("result");
  const results = Object.entries(data.results).map(([value, name], index) =>
    el("label", { class: "choice" }, el("input", { type: "radio", name: group, value, checked: index === 0 }), name));
  const text = area("text", 5);
  const evidence = el("textarea", { id: identify("evidence"), rows: 2, class: "short", spellcheck: "false", placeholder: "https://…" });
  const promise = input("promise", { type: "date", min: inputDate(now() + DAY_MS), value: inputDate(now() + 7 * DAY_MS) });
  const cause = area("cause", 2);
  const own = { "will-be-done": field(t("desk.promise-date"), promise, t("desk.promise-hint")), cause: field(t("desk.cause"), cause) };
  const chosen = () => made.querySelector(`input[name="${group}"]:checked`).value;
  const made = el("fieldset", {}, el("legend", {}, t("desk.result")), el("div", { class: "results" }, results));
  const fit = () => {
    own["will-be-done"].hidden = chosen() !== "will-be-done";
    own.cause.hidden = !["not-done", "not-ours"].includes(chosen());
  };
  made.addEventListener("change", fit);
  fit();
  return {
    parts: [made, field(t("desk.answer-text"), text, t("desk.answer-hint")), own["will-be-done"], own.cause, field(t("desk.evidence"), evidence, t("desk.evidence-hint"))],
    read: () => text.value.trim() && {
      result: chosen(), text: text.value, evidence_urls: evidence.value.split(/\s+/).filter(Boolean),
      ...(chosen() === "will-be-done" && promise.value && { promise_date: `${promise.value}T17:30:00+07:00` }),
      ...(!own.cause.hidden && { cause: cause.value }),
    },
  };
}

/** A form for an action. `done({ok, text})` is called with what became of it. */
export function actionForm(name, found, about, done) {
  const { parts, read } = FORMS[name](found);
  const error = el("p", { class: "error", role: "alert" });
  const send = el("button", { class: name === "reject" ? "danger" : "main" }, t(`desk.send-${name}`));
  return el("form", {
    class: "act-form", novalidate: true, "data-form": name,
    onsubmit: async (event) => {
      event.preventDefault();
      error.textContent = "";
      const fields = read();
      if (!fields) return (error.textContent = t("desk.incomplete"));
      send.disabled = true;
      const answer = await about.act(found.petition_id, { action: name, ...fields });
      send.disabled = false;
      done(answer);
    },
  }, parts, error, send);
}
