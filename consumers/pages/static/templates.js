// The office's templates of replies: chosen in the answer's form, kept in a room of their own.

import { announce, byId, data, el, t, trouble } from "/assets/common/core.js";
import { date, longDate } from "/assets/common/time.js";
import { call } from "./context.js";

const HOLE = /\{([^{}]*)\}/g;

const VALUES = {
  street: (found) => found.location?.address ?? "",
  ward: (found) => data.wards[found.ward] ?? "",
  category: (found) => found.category_name,
  deadline: (found) => (found.deadline ? longDate(found.deadline) : ""),
  office: (found) => found.office.name,
  received: (found) => (found.received_at ? date(found.received_at) : ""),
};

/** A template's text for a case: its fields filled, without full stops, as the rule on substance wants to know the sentence again; other
 *  holes stay for a person. */
export const filled = (text, found) => text.replace(HOLE, (hole, name) => VALUES[name]?.(found).replace(/\.\s/g, " ") ?? hole);

const list = async () => {
  const answer = await call("templates");
  return answer.status === 200 ? answer.body.templates : [];
};

/** A choice above the text of an answer: the chosen template goes where the cursor is, and its first blank is marked. */
export function templateChoice(found, text) {
  const select = el("select", { id: "choose-template", class: "short" }, el("option", { value: "" }, t("desk.template-choose")));
  const place = el("div", { class: "field", hidden: true }, el("label", { for: select.id }, t("desk.template")), select, el("p", { class: "hint" }, t("desk.template-hint")));
  list().then((templates) => {
    place.hidden = templates.length === 0;
    select.append(...templates.map(({ name, text: words }) => el("option", { value: words }, name)));
  });
  select.addEventListener("change", () => {
    if (select.value) insert(text, filled(select.value, found));
    select.value = "";
  });
  return place;
}

function insert(text, words) {
  const begin = text.selectionStart;
  text.setRangeText(words, begin, text.selectionEnd, "end");
  markBlank(text, begin);
  text.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Mark the next blank from `from` on, so that typing fills it; false without one. */
export function markBlank(text, from = 0) {
  const at = text.value.slice(from).search(/\{[^{}]*\}/);
  text.focus();
  if (at < 0) return false;
  const begin = from + at;
  text.setSelectionRange(begin, text.value.indexOf("}", begin) + 1);
  return true;
}

/** The room in which they are kept. */
export async function templateRoom(place) {
  const templates = await list();
  place.replaceChildren(
    el("h2", {}, t("desk.room-templates")),
    el("p", { class: "muted" }, t("desk.template-about")),
    el("ul", { class: "fields-help small" }, Object.keys(VALUES).map((name) => el("li", {}, el("code", {}, `{${name}}`), ` ${t(`desk.field-${name}`)}`))),
    ...templates.map((one) => editor(place, one)),
    editor(place, { name: "", text: "" }),
  );
}

let number = 0;

function editor(place, { name, text }) {
  const id = `template-${(number += 1)}`;
  const title = el("input", { id: `${id}-name`, value: name, maxlength: 80, readonly: name !== "" });
  const words = el("textarea", { id: `${id}-text`, rows: 4, maxlength: 4000 });
  words.value = text;
  const error = el("p", { class: "error", role: "alert" });
  const path = () => `templates/${encodeURIComponent(title.value.trim())}`;
  const ask = async (options, said) => {
    const answer = await call(path(), options);
    if (answer.status !== 200) return (error.textContent = trouble(answer));
    announce(said);
    await templateRoom(place);
    byId("main")?.focus({ preventScroll: true });
  };
  const keep = (event) => {
    event.preventDefault();
    if (!title.value.trim() || !words.value.trim()) return (error.textContent = t("desk.incomplete"));
    return ask({ method: "PUT", body: { text: words.value } }, t("desk.template-kept"));
  };
  return el("form", { class: "card template", novalidate: true, onsubmit: keep },
    el("div", { class: "field" }, el("label", { for: title.id }, t(name ? "desk.template-name" : "desk.template-new")), title),
    el("div", { class: "field" }, el("label", { for: words.id }, t("desk.template-text")), words),
    error,
    el("div", { class: "row" }, el("button", { class: name ? "" : "main" }, t("desk.template-keep")),
      name && el("button", { type: "button", class: "danger", onclick: () => ask({ method: "DELETE" }, t("desk.template-dropped")) }, t("desk.template-drop"))));
}
