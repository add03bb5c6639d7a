// Following a ward, a street there, or a whole street, by mail: offered where one is chosen and mails go out.

import { api, byId, data, lang, t, trouble } from "/assets/common/core.js";

const place = byId("follow");
const whole = byId("follow-whole");
const rules = api(`/v1/public/following?lang=${lang}`).then(({ status, body }) => (status === 200 ? body : { possible: false }));
let chosen = {};

/** Offer it for the ward and the street that are chosen; by their codes, null where none is. */
export async function followByMail(ward, street) {
  chosen = { ward, street };
  const { possible, at, working_days: working } = await rules;
  place.hidden = !possible || !(ward || street);
  if (place.hidden) return;
  whole.closest("p").hidden = !(ward && street);
  whole.checked = false;
  place.querySelector(".hint").textContent = t(working ? "public.follow-hint-working" : "public.follow-hint", { at: at.slice(0, 5) });
  named();
}

/** What is to be followed: without a ward it is the whole street. */
const wanted = () => (whole.checked ? { ...chosen, ward: null } : chosen);

function named() {
  const { ward, street } = wanted();
  const [streetName, wardName] = [[data.streets, street], [data.wards, ward]].map(([from, code]) => from.find((one) => one.code === code)?.name);
  const name = ward ? [streetName, wardName].filter(Boolean).join(", ") : t("public.whole-street", { name: streetName });
  place.querySelector("summary").textContent = t("public.follow", { name });
  byId("follow-outcome").hidden = true;
}

whole.addEventListener("change", named);
place.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const answer = await api(`/v1/public/following?lang=${lang}`, { method: "POST", body: { ...wanted(), email: byId("follow-email").value } });
  byId("follow-outcome").textContent = answer.status === 202 ? t("public.done-follow") : trouble(answer);
  byId("follow-outcome").hidden = false;
});
