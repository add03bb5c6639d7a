// A text field that searches a list, by the ARIA pattern "combobox with list autocomplete".

import { el, fold, t } from "./core.js";

const SHOWN = 40;

/** Turn `input` (with a parent of class `combo`) into a search over `options` [{code, name, also?}].
 *  Returns `{value(), set(code), clear()}`; `value` is the chosen code or null. */
export function combobox(input, options, onchange = () => {}) {
  const known = options.map((option) => ({ ...option, key: fold(`${option.name} ${option.also ?? ""}`) }));
  const list = el("ul", { id: `${input.id}-list`, role: "listbox", hidden: true, "aria-label": input.labels[0]?.textContent });
  const state = { chosen: null, at: -1, found: [] };
  input.parentElement.append(list);
  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) input.setAttribute(name, value);

  function choose(option) {
    state.chosen = option?.code ?? null;
    input.value = option?.name ?? "";
    close();
    onchange(state.chosen);
  }
  function close() {
    list.hidden = true;
    state.at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function open() {
    const wanted = fold(input.value).split(/\s+/).filter(Boolean);
    state.found = known.filter(({ key }) => wanted.every((word) => key.includes(word))).slice(0, SHOWN);
    const item = (option, index) =>
      el("li", { id: `${list.id}-${index}`, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); choose(option); } }, option.name);
    list.replaceChildren(...(state.found.length ? state.found.map(item) : [el("li", { class: "none" }, t("shared.no-match"))]));
    list.hidden = false;
    state.at = -1;
    input.setAttribute("aria-expanded", "true");
  }
  function move(step) {
    if (list.hidden) open();
    if (!state.found.length) return;
    list.children[state.at]?.setAttribute("aria-selected", "false");
    state.at = (state.at + step + state.found.length) % state.found.length;
    const item = list.children[state.at];
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", item.id);
  }
  function leave() {
    close();
    const exact = known.find(({ name }) => fold(name) === fold(input.value));
    if (exact) choose(exact);
    else if (state.chosen === null) input.value = "";
  }

  input.addEventListener("input", () => { state.chosen = null; onchange(null); open(); });
  input.addEventListener("focus", () => { if (state.chosen === null) open(); });
  input.addEventListener("blur", leave);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter" && !list.hidden) choose(state.found[Math.max(0, state.at)]);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
  return { value: () => state.chosen, set: (code) => choose(known.find((option) => option.code === code)), clear: () => choose(null) };
}
