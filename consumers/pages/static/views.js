// The views above the list: some that every office needs, and saved ones, each with how many cases are in it now.

import { byId, el, t, trouble } from "/assets/common/core.js";
import { call } from "./context.js";

const USUAL = [["work", ""], ["mine", "scope=mine"], ["free", "free=true"], ["late", "overdue=true"], ["urgent", "level=urgent"], ["ended", "open=false&scope=office&sort=newest"], ["former", "scope=former&sort=newest"]];
const BRANCH = ["branch", "open=true&scope=branch"];
const COUNTED_MS = 4000;
const place = byId("views");
let views = [];
let counting = 0;

/** `show(query)`: the list shows this view; `query()`: what it shows now. */
export async function startViews({ branch, show, query }) {
  const usual = [...USUAL, ...(branch ? [BRANCH] : [])].map(([name, text]) => ({ name: t(`desk.view-${name}`), query: text }));
  const reload = async () => {
    const { status, body } = await call("views");
    views = [...usual, ...(status === 200 ? body.views : [])];
    draw(show, reload);
    mark(query());
    count();
  };
  byId("save-view").addEventListener("click", () => save(query(), reload));
  await reload();
}

export function mark(query) {
  const shown = sorted(query);
  for (const one of place.querySelectorAll("[data-query]")) one.setAttribute("aria-current", sorted(one.dataset.query) === shown ? "true" : "false");
}

/** Soon, once for however many events: the numbers follow what happens. */
export function countSoon() {
  counting ||= setTimeout(() => { counting = 0; count(); }, COUNTED_MS);
}

const sorted = (query) => { const found = new URLSearchParams(query); found.sort(); return String(found); };

function draw(show, reload) {
  place.replaceChildren(...views.map((view) => el("span", { class: "view" },
    el("button", { type: "button", "data-query": view.query, onclick: () => show(new URLSearchParams(view.query)) }, view.shared ? `${view.name} ` : view.name, " ", el("b", { "data-count": view.query })),
    view.mine && el("button", { type: "button", class: "remove", "aria-label": t("desk.view-remove", { name: view.name }), onclick: () => remove(view, reload) }, "×"))));
}

async function count() {
  if (document.hidden) return;
  await Promise.all(views.map(async ({ query }) => {
    const { status, body } = await call(`cases/count?${query}`);
    const shown = place.querySelector(`[data-count="${query}"]`);
    if (status === 200 && shown) shown.textContent = `${body.number}${body.exact ? "" : "+"}`;
  }));
}

async function save(query, reload) {
  const body = { name: byId("view-name").value.trim(), query: String(query), shared: byId("view-shared").checked };
  if (!body.name) return byId("view-name").focus();
  const answer = await call("views", { method: "POST", body });
  byId("keep-error").textContent = answer.status === 201 ? "" : trouble(answer);
  if (answer.status !== 201) return;
  byId("view-name").value = "";
  byId("keep").open = false;
  await reload();
}

async function remove(view, reload) {
  await call(`views/${view.id}`, { method: "DELETE" });
  await reload();
}
