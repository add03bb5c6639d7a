// One petition as anybody may read of it.

import { el, t } from "/assets/common/core.js";
import { date } from "/assets/common/time.js";

export const onDay = (iso) => date(`${iso}T00:00:00+07:00`);

export function stateChip({ state, state_name: name, late }) {
  const tone = late ? "bad" : { answered: "good", closed: "good" }[state] ?? "info";
  return el("span", { class: `chip ${tone}` }, late ? `${name} · ${t("shared.just-late")}` : name);
}

/** Facts of a petition, as `[name, value]`. */
export function facts(one) {
  return [
    [t("common.where"), [one.street, one.ward?.name].filter(Boolean).join(", ") || t("common.nowhere")],
    [t("common.office"), one.office.name],
    [t("common.received-on"), onDay(one.received_on)],
    one.deadline_on && [t("common.deadline"), onDay(one.deadline_on)],
    one.result_name && [t("common.result"), one.result_name],
    one.followers && [t("common.followers"), t("common.others", { n: one.followers })],
  ].filter(Boolean);
}

export function publicLine(one) {
  const [where, office, ...rest] = facts(one);
  const said = [where[1], office[1], ...rest.map((fact) => fact.join(" "))].join(" · ");
  return el("li", { class: "card" },
    el("div", { class: "row spread" }, el("h3", {}, el("a", { href: `/cong-khai/${one.number}` }, one.category_name)), stateChip(one)),
    el("p", { class: "small" }, said));
}
