// Rooms beside the queue, keys, bulk work and the tour: everything around the list and the case that the desk is worked with.

import { byId, el, t } from "/assets/common/core.js";
import { moment } from "/assets/common/time.js";
import { bulkBar } from "./bulk.js";
import { call } from "./context.js";
import { decisionRoom } from "./decisions.js";
import { sweep } from "./drafts.js";
import { help, listen } from "./keys.js";
import { lateRoom } from "./late.js";
import { learntRoom } from "./learnt.js";
import { proposalRoom } from "./proposals.js";
import { templateRoom } from "./templates.js";
import { tour } from "./tour.js";

const ROOMS = {
  decisions: (place, desk) => decisionRoom(place, desk.act),
  proposals: (place, desk) => proposalRoom(place, desk.act),
  late: (place, desk) => lateRoom(place, desk.nameOf),
  mentions: (place) => mentionRoom(place),
  templates: (place) => templateRoom(place),
  learnt: (place) => learntRoom(place),
};
const DECIDES = ["decisions", "proposals"]; // for who decides about other offices' cases

/** Begin, once an office is open. `desk`: what the list offers: `next()`, `previous()`, `read()`, `back()`, `search()`, `tick()`,
 *  `firstRoom`: where to begin, `selectedIds()`, `clear()`, `textOf(id)`, `nameOf(person)`, `act(petition, fields)`, `outcome(petition, action)`, `merges` (whether he decides about other offices' cases), `triage` (whether
 *  this is the office that sorts). */
export function startCasework(desk) {
  sweep();
  const place = el("section", { id: "room", class: "room", tabindex: "-1", hidden: true });
  const tabs = ["queue", ...Object.keys(ROOMS)].filter((name) => (desk.merges || !DECIDES.includes(name)) && (desk.triage || name !== "learnt")).map(tab);
  const bulk = bulkBar(desk);
  byId("views").before(el("nav", { class: "rooms", "aria-label": t("desk.rooms") }, tabs, el("button", { type: "button", class: "plain small", onclick: () => help(whole) }, t("desk.keys-button"), " ", el("kbd", {}, "?")), el("button", { type: "button", class: "plain small", onclick: () => tour(true) }, t("desk.tour-button"))));
  byId("desk").before(bulk.place, place);
  document.addEventListener("change", (event) => event.target.matches("[data-tick]") && bulk.draw());
  document.addEventListener("desk:open", () => room("queue"));

  function tab(name) {
    return el("button", { type: "button", class: "tab", "data-room": name, "aria-current": name === "queue" ? "page" : null, onclick: () => room(name) }, t(`desk.room-${name}`));
  }

  function room(name) {
    if (!tabs.some(({ dataset }) => dataset.room === name)) return false;
    for (const one of tabs) one.dataset.room === name ? one.setAttribute("aria-current", "page") : one.removeAttribute("aria-current");
    place.hidden = name === "queue";
    byId("views").hidden = byId("filters").hidden = byId("desk").hidden = bulk.place.hidden = name !== "queue";
    if (name === "queue") return true;
    place.replaceChildren(el("p", { class: "muted" }, t("desk.loading")));
    ROOMS[name](place, desk).then(() => place.focus({ preventScroll: true }));
    return true;
  }

  const whole = { ...desk, room, tick: () => desk.tick() !== false && bulk.draw(), back: () => (place.hidden ? desk.back() : room("queue")) };
  listen(whole);
  if (desk.firstRoom) room(desk.firstRoom);
  tour(false);
  count(tabs);
}

/** How many notes mention the reader, on the room's tab. */
async function count(tabs) {
  const { status, body } = await call("mentions");
  const tab = tabs.find(({ dataset }) => dataset.room === "mentions");
  if (status === 200 && body.mentions.length) tab.append(" ", el("span", { class: "chip info" }, String(body.mentions.length)));
}

async function mentionRoom(place) {
  const { status, body } = await call("mentions");
  const open = ({ petition }) => document.dispatchEvent(new CustomEvent("desk:open", { detail: { petition_id: petition.petition_id } }));
  const line = (one) => el("li", {}, el("button", { type: "button", onclick: () => open(one) }, el("span", { class: "muted small" }, moment(one.at)), el("span", { class: "text" }, one.note.text), el("span", { class: "about clip" }, one.petition.text)));
  const found = status === 200 ? body.mentions : [];
  place.replaceChildren(el("h2", {}, t("desk.room-mentions")), found.length ? el("ol", { class: "queue" }, found.map(line)) : el("p", { class: "card empty-queue muted" }, t("desk.mentions-none")));
}
