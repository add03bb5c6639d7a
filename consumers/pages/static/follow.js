// Following a ward, or a street there, by mail: offered where a ward is chosen and mails go out.

import { api, byId, data, lang, t, trouble } from "/assets/common/core.js";

const place = byId("follow");
const rules = api(`/v1/public/following?lang=${lang}`).then(({ status, body }) => (status === 200 ? body : { possible: false }));
let chosen = {};

/** Offer it for the ward that is chosen, and the street there; by their codes, null where none is. */
export async function followByMail(ward, street) {
  chosen = { ward, ...(street && { street }) };
  const { possible, at, working_days: working } = await rules;
  place.hidden = !possible || !ward;
  if (place.hidden) return;
  place.querySelector("summary").textContent = t("public.follow", { name: name() });
  place.querySelector(".hint").textContent = t(working ? "public.follow-hint-working" : "public.follow-hint", { at: at.slice(0, 5) });
  byId("follow-outcome").hidden = true;
}

function name() {
  const lists = [[data.streets, chosen.street], [data.wards, chosen.ward]];
  return lists.map(([from, code]) => from.find((one) => one.code === code)?.name).filter(Boolean).join(", ");
}

place.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await api(`/v1/public/following?lang=${lang}`, { method: "POST", body: { ...chosen, email: byId("follow-email").value } });
  byId("follow-outcome").textContent = answer.status === 202 ? t("public.done-follow") : trouble(answer);
  byId("follow-outcome").hidden = false;
});
