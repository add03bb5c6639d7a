// Signing in: with name and password; then to the page from which one came, or to the one that one's duties are for.

import { api, byId, lang, t, trouble } from "/assets/common/core.js";

const OURS = /^\/(ioc|tong-dai|desk(\/[a-z0-9-]+){0,2})(\?[^#]*)?$/;
const given = new URLSearchParams(location.search);

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { login: byId("login").value.trim(), password: byId("password").value };
  if (!body.login || !body.password) return refused(t("sign-in.incomplete"));
  const answer = await api(`/session?lang=${lang}`, { method: "POST", body });
  byId("password").value = "";
  if (answer.status !== 201) return refused(trouble(answer));
  await go();
});

function refused(text) {
  byId("error").textContent = text;
  byId(byId("login").value.trim() ? "password" : "login").focus();
}

/** Only to pages of ours, whatever the address says. */
async function go() {
  const { status, body } = await api(`/session?lang=${lang}`);
  if (status !== 200) return;
  const wanted = given.get("to");
  const own = body.hotline ? "/tong-dai" : body.offices.length || body.every_office ? "/desk" : "/ioc";
  location.replace(OURS.test(wanted ?? "") ? wanted : own);
}

async function offerProvider() {
  const { body } = await api("/session/provider");
  if (!body?.name) return;
  byId("elsewhere").hidden = false;
  byId("provider").textContent = t("sign-in.elsewhere", { name: body.name });
  byId("provider").href = `/sign-in/provider?to=${encodeURIComponent(given.get("to") ?? "")}`;
}

const refusal = given.get("refused");
if (refusal) byId("error").textContent = t(`sign-in.refused-${refusal}`);
await Promise.all([offerProvider(), go()]);
