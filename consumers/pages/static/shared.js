// What a citizen shares of a petition: looked at again every half minute, and nothing to do here.

import { api, byId, decoded, el, lang, links, t } from "/assets/common/core.js";
import { longDate, moment } from "/assets/common/time.js";

const mark = decoded(location.pathname.split("/").pop());
const AGAIN_MS = 30_000;

function line(item) {
  return el("li", { "data-type": item.type }, el("h3", {}, item.title), el("time", { datetime: item.time }, moment(item.time)),
    el("p", { class: item.details.text && "quote" }, item.details.text ?? item.message), links(item.details.evidence_urls));
}

function show(petition) {
  byId("state").textContent = document.title = petition.state_name;
  const facts = [
    [t("shared.office"), petition.office.name],
    [t("shared.category"), petition.category_name],
    petition.deadline && [t("shared.deadline"), longDate(petition.deadline)],
    [t("shared.received"), longDate(petition.received_at)],
  ].filter(Boolean);
  byId("facts").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
  byId("timeline").replaceChildren(...petition.timeline.map(line).reverse());
  byId("petition").hidden = false;
}

async function load() {
  const { status, body } = await api(`/v1/shared/${encodeURIComponent(mark)}?lang=${lang}`);
  byId("loading").hidden = true;
  byId("unknown").hidden = status !== 404;
  if (status === 200) show(body);
  if (status !== 404) setTimeout(load, AGAIN_MS);
}

load();
