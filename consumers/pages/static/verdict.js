// While an answer is written: what the rule on substance will say of it. It is the case stage's own rule, asked over HTTP.

import { el, t } from "/assets/common/core.js";
import { onCase } from "./context.js";

const PAUSE_MS = 400;

/** A line that follows the form. `read()` gives the answer's fields, or a falsy value while there is nothing to judge.
 *  Gives `{line, watch(form), ask()}`; `ask` tells at once whether the answer would pass. */
export function verdict(petition, read) {
  const line = el("p", { class: "verdict small", role: "status", hidden: true });
  let turn = 0;
  let timer = 0;
  async function ask() {
    clearTimeout(timer);
    const mine = (turn += 1);
    const fields = read();
    if (!fields) return (line.hidden = true);
    const { status, body } = await onCase(petition, "/answer-check", { method: "POST", body: fields });
    if (status !== 200) return true; // without the service the case stage judges alone
    if (mine === turn) show(body);
    return body.passes;
  }
  function show(body) {
    line.hidden = false;
    line.className = `verdict small note ${body.passes ? "good" : "warn"}`;
    line.textContent = body.passes ? `✓ ${t("desk.verdict-passes")}` : body.why;
  }
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE_MS);
  };
  return { line, ask, watch: (form) => { for (const kind of ["input", "change"]) form.addEventListener(kind, soon); } };
}
