// Whether the reader gets the morning digest of this office, and at which address.

import { byId, t, trouble } from "/assets/common/core.js";
import { call } from "./context.js";

const place = byId("digest");

export async function startDigest() {
  const { status, body } = await call("digest");
  if (status !== 200 || !body.possible) return; // who only reads gets none, and neither does anybody where no mails are sent
  place.hidden = false;
  place.querySelector(".hint").textContent = t("desk.digest-hint", { at: body.at, domains: body.domains.join(", @") });
  byId("digest-address").value = body.address ?? "";
  tell(body.here);
  place.querySelector("form").addEventListener("submit", (event) => { event.preventDefault(); ask(byId("digest-address").value.trim()); });
  byId("digest-end").addEventListener("click", () => ask(null));
}

async function ask(address) {
  if (address === "") return byId("digest-address").focus();
  const answer = await call("digest", { method: "POST", body: { address } });
  place.querySelector(".error").textContent = answer.status === 200 ? "" : trouble(answer);
  if (answer.status !== 200) return;
  tell(address !== null);
  place.open = false;
}

function tell(here) {
  byId("digest-now").textContent = t(here ? "desk.digest-on" : "desk.digest");
  byId("digest-end").hidden = !here;
}
