// The links in what is sent: one button; opening the page alone does nothing, as mail programs open links by themselves.

import { api, byId, t, trouble } from "/assets/common/core.js";

const purpose = location.pathname.includes("/confirm/") ? "confirm" : "leave";
byId("what").textContent = t(`notice.${purpose}`);
byId("go").textContent = t(`notice.go-${purpose}`);
byId("go").addEventListener("click", async () => {
  const answer = await api(location.pathname, { method: "POST" });
  byId("outcome").textContent = answer.status === 200 ? t(answer.body.done ? `notice.done-${purpose}` : "notice.gone") : trouble(answer);
  byId("outcome").hidden = false;
  byId("go").hidden = answer.status === 200;
});
