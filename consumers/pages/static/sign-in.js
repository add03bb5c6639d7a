// Signing in: with name and password; then to the page from which one came, or to the one that one's duties are for.

import { api, byId, lang, t, trouble } from "/assets/common/core.js";

const PAGES = ["/desk", "/ioc"];

byId("sign-in").addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = { login: byId("login").value.trim(), password: byId("password").value };
  if (!body.login || !body.password) return refused(t("sign-in.incomplete"));
  const answer = await api(`/v1/session?lang=${lang}`, { method: "POST", body });
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
  const { status, body } = await api(`/v1/session?lang=${lang}`);
  if (status !== 200) return;
  const wanted = new URLSearchParams(location.search).get("to");
  const own = body.offices.length || body.every_office ? "/desk" : "/ioc";
  location.replace(PAGES.includes(wanted) ? wanted : own);
}

await go();
