// One petition as anybody may read of it.

import { el, t } from "/assets/common/core.js";
import { date } from "/assets/common/time.js";

const day = (iso) => date(`${iso}T00:00:00+07:00`);

export function stateChip({ state, state_name: name, late }) {
  const tone = late ? "bad" : { answered: "good", closed: "good" }[state] ?? "info";
  return el("span", { class: `chip ${tone}` }, late ? `${name} · ${t("shared.just-late")}` : name);
}

/** Facts of a petition, as `[name, value]`. */
export function facts(one) {
  return [
    [t("public.where"), [one.street, one.ward?.name].filter(Boolean).join(", ") || t("public.nowhere")],
    [t("public.office"), one.office.name],
    [t("public.received-on"), day(one.received_on)],
    one.deadline_on && [t("public.deadline"), day(one.deadline_on)],
    one.result_name && [t("public.result"), one.result_name],
    one.followers && [t("public.followers"), t("public.others", { n: one.followers })],
  ].filter(Boolean);
}

export function publicLine(one) {
  return el("li", { class: "card" },
    el("div", { class: "row spread" }, el("h3", {}, el("a", { href: `/cong-khai/${one.number}` }, one.category_name)), stateChip(one)),
    el("dl", { class: "facts small" }, facts(one).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}

export const onDay = day;
