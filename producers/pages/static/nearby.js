// Before sending: what others have already reported near the place and of the category that the petition would get. Whoever finds his matter
// follows it instead of repeating it; nothing of others' words is shown.

import { api, byId, el, lang, t } from "/assets/common/core.js";
import { date } from "/assets/common/time.js";

/** Asks again whenever the preview has found a category or place; `place()`: the location that was given so far. `say(code)` tells, once the
 *  petition is in, which of them its sender has marked as his matter. */
export function nearbyOf(form, place) {
  let asked = 0;
  form.addEventListener("previewed", async ({ detail: found }) => {
    const mine = (asked += 1);
    const { ward_code: picked, lat, long } = place() ?? {};
    const given = { category: byId("category").value, ward: picked ?? found.ward?.code, lat, long };
    const query = new URLSearchParams(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
    const { status, body } = await api(`/v1/public/nearby?lang=${lang}&${query}`);
    if (mine === asked) show(status === 200 ? body.items : []);
  });
  return {
    say(code) {
      const number = form.querySelector("[name=same]:checked")?.value;
      if (number) api(`/v1/petitions/${code}/same-as`, { method: "POST", body: { number } });
    },
    clear() { asked += 1; show([]); },
  };
}

function show(items) {
  byId("nearby").hidden = !items.length;
  byId("nearby-list").replaceChildren(...items.map(line));
}

function line(one) {
  const place = [one.street, one.ward?.name].filter(Boolean).join(", ");
  const about = [t("submit.nearby-since", { day: date(`${one.received_on}T00:00:00+07:00`) }), one.followers && t("submit.nearby-others", { n: one.followers })];
  return el("li", {},
    el("p", {}, el("b", {}, one.category_name), place && ` · ${place}`),
    el("p", { class: "row small" }, el("span", { class: `chip ${one.late ? "bad" : "info"}` }, one.state_name), el("span", { class: "muted" }, about.filter(Boolean).join(" · "))),
    el("p", {}, el("a", { class: "button", href: `/cong-khai/${one.number}`, target: "_blank", rel: "noopener" }, t("submit.nearby-follow"))),
    el("label", { class: "choice" }, el("input", { type: "radio", name: "same", value: one.number }), el("span", {}, t("submit.nearby-same"))));
}
