// One petition as anybody may read of it: looked at again every minute, for those who follow it.

import { api, byId, decoded, el, lang } from "/assets/common/core.js";
import { facts, onDay, stateChip } from "./public-line.js";

const number = decoded(location.pathname.split("/").pop());
const AGAIN_MS = 60_000;

function show(petition) {
  byId("category").textContent = document.title = petition.category_name;
  byId("state").replaceChildren(stateChip(petition));
  byId("facts").replaceChildren(...facts(petition).flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  byId("timeline").replaceChildren(...petition.steps.map(step).reverse());
  byId("petition").hidden = false;
}

const step = ({ type, title, on, office }) =>
  el("li", { "data-type": type }, el("h3", {}, title), el("time", { datetime: on }, onDay(on)), el("p", { class: "small" }, office.name));

async function look() {
  const { status, body } = await api(`/v1/public/petitions/${encodeURIComponent(number)}?lang=${lang}`);
  byId("loading").hidden = true;
  byId("unknown").hidden = status !== 404;
  byId("petition").hidden = status === 404;
  if (status === 200) show(body);
  if (status !== 404) setTimeout(look, AGAIN_MS);
}

look();
