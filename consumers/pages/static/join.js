// Joining a case with another on the same matter: one of those that lie near it or are like it.

import { el, t } from "/assets/common/core.js";
import { date } from "/assets/common/time.js";
import { onCase } from "./context.js";

const ENDED = ["closed", "merged", "refused", "withdrawn"];

/** The choice of the other one, which fills itself: `made`, and `value()`, the other petition's id or undefined. `group`: a name for its radios. */
export function leaders(found, group) {
  const place = el("div", { class: "results" }, el("p", { class: "muted small" }, t("desk.loading")));
  const made = el("fieldset", {}, el("legend", {}, t("desk.join-which")), place);
  fill(found, place, group);
  return { made, value: () => made.querySelector("input:checked")?.value };
}

async function fill(found, place, group) {
  const { status, body } = await onCase(found.petition_id, "/beside");
  if (status !== 200) return place.replaceChildren(el("p", { class: "error" }, t("shared.failed")));
  const cases = new Map([...body.here, ...body.similar].filter(({ state }) => !ENDED.includes(state)).map((one) => [one.petition_id, one]));
  place.replaceChildren(...(cases.size ? [...cases.values()].map((one) => choice(one, group)) : [el("p", { class: "muted small" }, t("desk.join-none"))]));
}

const choice = (one, group) => el("label", { class: "choice" },
  el("input", { type: "radio", name: group, value: one.petition_id }),
  el("span", {}, one.text, " ", el("span", { class: "muted small" }, [one.office.name, one.state_name, date(one.received_at)].join(" · "))));
