// What somebody has begun to write stays, by person, case and form, on this machine, until it is sent or two weeks old.

import { context } from "./context.js";

const KEPT_MS = 14 * 24 * 3600_000;
const prefix = () => `draft:${context.session?.id ?? ""}:`;
const key = (petition, form) => `${prefix()}${petition}:${form}`;

/** The draft's values by field, or null. */
export function draftOf(petition, form) {
  try {
    const kept = JSON.parse(localStorage.getItem(key(petition, form)));
    return kept && Date.now() - kept.at < KEPT_MS ? kept.values : null;
  } catch {
    return null;
  }
}

/** It was sent; the form, whose last field may still say that it has changed, keeps nothing any more. */
export function forget(made, petition, form) {
  made.dataset.sent = "true";
  localStorage.removeItem(key(petition, form));
}

/** Keep what is typed into a form, and put back what was kept; true when there was something. `set`: fields that know how to be filled. */
export function keepDraft(made, petition, form, set = {}) {
  const kept = draftOf(petition, form);
  if (kept) fill(made, kept, set);
  const store = () => made.dataset.sent || localStorage.setItem(key(petition, form), JSON.stringify({ at: Date.now(), values: values(made) }));
  made.addEventListener("input", store);
  made.addEventListener("change", store);
  return kept !== null;
}

const fields = (made) => [...made.querySelectorAll("[data-keep]")];

function values(made) {
  const found = {};
  for (const field of fields(made)) {
    if (field.type === "radio") found[field.dataset.keep] = field.checked ? field.value : (found[field.dataset.keep] ?? null);
    else found[field.dataset.keep] = field.type === "checkbox" ? field.checked : (field.dataset.code ?? field.value);
  }
  return found;
}

function fill(made, kept, set) {
  for (const field of fields(made)) {
    const value = kept[field.dataset.keep];
    if (value === undefined || value === null) continue;
    if (set[field.dataset.keep]) set[field.dataset.keep](value);
    else if (field.type === "radio") field.checked = field.value === value;
    else if (field.type === "checkbox") field.checked = value;
    else field.value = value;
  }
}

/** Drafts of others on this machine, and old ones, go: nobody reads on a shared computer what a colleague has written. */
export function sweep() {
  for (const name of Object.keys(localStorage).filter((one) => one.startsWith("draft:"))) {
    let kept = null;
    try { kept = JSON.parse(localStorage.getItem(name)); } catch { /* not ours: goes */ }
    if (!name.startsWith(prefix()) || !kept || Date.now() - kept.at >= KEPT_MS) localStorage.removeItem(name);
  }
}
