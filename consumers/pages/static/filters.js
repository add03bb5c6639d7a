// The filters above the list: a form that says what stands in the address, and the other way round.

import { byId, data, el, t } from "/assets/common/core.js";

const form = byId("filters");
const SCOPES = ["work", "mine", "office", "former", "branch", "all"];
const SORTS = ["pressing", "due", "oldest", "newest", "level"];
const DEFAULTS = { scope: "work", sort: "pressing" };
const SEARCH_MS = 300;
let kept = new URLSearchParams(); // what the address says and no control shows
let typing = false; // the last word may go on: it is looked for as it has begun

export function startFilters({ branch, changed }) {
  options("scope", SCOPES.filter((name) => name !== "branch" || branch).map((name) => [name, t(`desk.scope-${name}`)]));
  options("sort", SORTS.map((name) => [name, t(`desk.sort-${name}`)]));
  options("by-state", Object.entries(data.states));
  options("by-category", data.categories.map(({ code, name }) => [code, name]));
  options("by-ward", Object.entries(data.wards).sort(([, one], [, other]) => one.localeCompare(other, "vi")));
  options("by-level", Object.entries(data.levels));
  let waiting = 0;
  const soon = () => { clearTimeout(waiting); waiting = setTimeout(changed, SEARCH_MS); };
  byId("q").addEventListener("input", () => {
    typing = /[\p{L}]$/u.test(byId("q").value);
    if (byId("q").value.trim() && byId("scope").value === "work") byId("scope").value = "all"; // who searches wants to find it, wherever it is
    if (!byId("q").value.trim() && byId("scope").value === "all") byId("scope").value = "work";
    soon();
  });
  form.addEventListener("change", ({ target }) => target.name && target.id !== "q" && changed());
  form.addEventListener("submit", (event) => { event.preventDefault(); typing = false; changed(); });
  byId("clear").addEventListener("click", () => { fill(new URLSearchParams()); changed(); });
  closing();
}

/** What is chosen, as parameters of a call and of an address: only what differs from the usual. */
export function query() {
  const found = new URLSearchParams();
  for (const control of form.querySelectorAll("[name]")) {
    const value = control.type === "checkbox" ? control.checked && "true" : control.value.trim();
    if (value && value !== DEFAULTS[control.name]) found.set(control.name, control.id === "q" && typing ? `${value}*` : value);
  }
  for (const [name, value] of kept) found.append(name, value);
  return found;
}

export function fill(given) {
  kept = new URLSearchParams();
  typing = (given.get("q") ?? "").endsWith("*");
  for (const control of form.querySelectorAll("[name]")) {
    if (control.type === "checkbox") control.checked = given.get(control.name) === "true";
    else if (control.id === "q") control.value = (given.get("q") ?? "").replace(/\*$/, "");
    else control.value = given.get(control.name) ?? DEFAULTS[control.name] ?? "";
  }
  const shown = new Set([...form.querySelectorAll("[name]")].map(({ name }) => name));
  for (const [name, value] of given) if (!shown.has(name)) kept.append(name, value);
}

/** How many filters are set beside words, scope and order. */
export function tellSet() {
  const set = [...query().keys()].filter((name) => !["q", "scope", "sort"].includes(name)).length;
  byId("filters-set").hidden = !set;
  byId("filters-set").textContent = set;
}

export function offerOfficers(people) {
  const chosen = byId("by-officer").value || new URLSearchParams(location.search).get("officer") || "";
  byId("by-officer").replaceChildren(byId("by-officer").firstElementChild, ...people.map(({ id, name }) => el("option", { value: id }, name)));
  byId("by-officer").value = chosen;
}

function options(id, pairs) {
  byId(id).append(...pairs.map(([value, name]) => el("option", { value }, name)));
}

/** A menu closes when one clicks beside it, and with Escape. */
function closing() {
  const close = (but) => document.querySelectorAll("details.menu[open]").forEach((one) => one !== but && (one.open = false));
  document.addEventListener("click", ({ target }) => close(target.closest("details.menu")));
  document.addEventListener("keydown", ({ key }) => {
    const open = key === "Escape" && document.querySelector("details.menu[open]");
    if (open) { open.open = false; open.firstElementChild.focus(); }
  });
}
