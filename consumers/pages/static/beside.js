// Beside a case: what else is at this spot, what others like it were answered, and where it lies.

import { data, el, t } from "/assets/common/core.js";
import { date } from "/assets/common/time.js";
import { onCase } from "./context.js";

/** A part that fills itself once somebody opens it: a case is shown at once, and most people look at its like only sometimes. */
export function beside(found) {
  const place = el("div", {}, el("p", { class: "muted small" }, t("desk.loading")));
  const part = el("details", { class: "beside" }, el("summary", {}, t("desk.beside")), place);
  part.addEventListener("toggle", async () => {
    if (!part.open || part.dataset.loaded) return;
    part.dataset.loaded = "true";
    const { status, body } = await onCase(found.petition_id, "/beside");
    place.replaceChildren(...(status === 200 ? lists(body) : [el("p", { class: "error" }, t("shared.failed"))]));
  });
  return part;
}

function lists({ here, similar }) {
  if (!here.length && !similar.length) return [el("p", { class: "muted small" }, t("desk.beside-none"))];
  return [...listed(t("desk.here"), here), ...listed(t("desk.similar"), similar)];
}

const listed = (title, cases) => (cases.length ? [el("h3", {}, title), el("ul", { class: "others" }, cases.map(other))] : []);

function other(one) {
  return el("li", {},
    el("div", { class: "chips" }, el("span", { class: "chip" }, one.state_name), one.metres !== null && el("span", { class: "chip" }, t("desk.metres", { n: one.metres })), el("span", { class: "muted small" }, date(one.received_at))),
    el("p", { class: "clip" }, one.text),
    one.answer && el("p", { class: "quote small" }, el("b", {}, `${data.results[one.answer.result] ?? ""}: `), one.answer.text ?? ""),
    el("button", { type: "button", class: "plain small", onclick: () => document.dispatchEvent(new CustomEvent("desk:open", { detail: { petition_id: one.petition_id } })) }, t("desk.open-case")));
}
