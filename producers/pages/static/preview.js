// Before sending: which category and office the petition would get. The citizen may correct the category here and the place above; only
// what he has chosen himself goes with the petition.

import { api, byId, data, el, t } from "/assets/common/core.js";

const PAUSE_MS = 900;

/** `draft()`: what is written so far; `enough()`: whether that is worth a look. */
export function previewOf(form, draft, enough) {
  const select = byId("category");
  select.append(...data.categories.map(({ code, name }) => el("option", { value: code }, name)));
  const state = { chosen: null, asked: 0, waiting: 0 };

  async function look() {
    if (!enough()) return;
    const asked = (state.asked += 1);
    const body = { ...draft(), ...(state.chosen && { category: state.chosen }) };
    const answer = await api("/v1/drafts", { method: "POST", body });
    if (asked === state.asked && answer.status === 200) show(answer.body);
  }
  function show(found) {
    byId("preview").hidden = false;
    byId("preview-office").textContent = found.office ? t("submit.preview-office", { office: found.office.name }) : t("submit.preview-triage");
    byId("preview-why").textContent = found.why ?? "";
    byId("preview-call").hidden = !found.call.length;
    byId("preview-call").textContent = found.call.length ? t("submit.preview-call", { numbers: found.call.join(", ") }) : "";
    byId("preview-ward").textContent = found.ward ? t("submit.preview-ward", { ward: found.ward.name }) : t("submit.preview-no-ward");
    if (byId("preview-level")) byId("preview-level").hidden = found.level !== "urgent";
    if (!state.chosen) select.value = found.category.code;
    form.dispatchEvent(new CustomEvent("previewed", { detail: found }));
  }
  function soon() {
    clearTimeout(state.waiting);
    state.waiting = setTimeout(look, PAUSE_MS);
  }
  select.addEventListener("change", () => { state.chosen = select.value; });
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
  return {
    chosen: () => state.chosen,
    choose: (code) => { state.chosen = code; if (code) select.value = code; soon(); },
    clear: () => { Object.assign(state, { chosen: null, asked: state.asked + 1 }); clearTimeout(state.waiting); byId("preview").hidden = true; },
  };
}
