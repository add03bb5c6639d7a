// What anybody may read: the list with its filters, which stand in the page's address; the map and the figures.

import { api, byId, data, el, lang, t } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { wardMap } from "/assets/common/ward-map.js";
import { showFigures } from "./figures.js";
import { followByMail } from "./follow.js";
import { publicLine } from "./public-line.js";

const FIELDS = ["category", "state", "received_from", "received_to"];
const A_PAGE = 15;
let next = null;
let shown = null; // the filters of the list that stands there
let asked = 0; // which answer is the one that is waited for

const option = ({ code, name }) => el("option", { value: code }, name);
byId("category").append(...data.categories.map(option));
byId("state").append(...data.states.map(option));
const searched = { ward: combobox(byId("ward"), data.wards, () => changed()), street: combobox(byId("street"), data.streets, () => changed()) };
const map = wardMap((code) => searched.ward.set(code));

function chosen() {
  const places = Object.entries(searched).map(([name, field]) => [name, field.value()]);
  const others = FIELDS.map((name) => [name, byId(name).value]);
  return new URLSearchParams([...places, ...others].filter(([, value]) => value));
}

function changed() {
  const query = chosen().toString();
  if (query === shown) return; // each letter that is typed for a place comes by here
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  look();
}

async function look(cursor = null) {
  const mine = (asked += 1);
  const query = chosen();
  shown = query.toString();
  const page = new URLSearchParams([...query, ["lang", lang], ["limit", A_PAGE], ...(cursor ? [["cursor", cursor]] : [])]);
  const { status, body } = await api(`/v1/public/petitions?${page}`);
  if (mine !== asked) return;
  byId("failed").hidden = status === 200;
  if (status !== 200) return;
  const lines = body.items.map(publicLine);
  if (cursor) byId("list").append(...lines);
  else byId("list").replaceChildren(...lines);
  next = body.next;
  byId("more").hidden = !next;
  byId("none").hidden = byId("list").childElementCount > 0;
  if (cursor) lines[0]?.querySelector("a").focus();
  followed(query);
}

/** The feed of the street that was chosen, else of the ward, else of the category. */
async function followed(query) {
  const feeds = [["streets", query.get("street"), data.streets], ["wards", query.get("ward"), data.wards], ["categories", query.get("category"), data.categories]];
  const [kind, code, from] = feeds.find(([, chosenCode]) => chosenCode) ?? feeds[0];
  byId("clear").hidden = !query.toString();
  byId("feed").hidden = !code;
  byId("feed").href = `/v1/public/${kind}/${code}.atom?lang=${lang}`;
  const name = from.find((one) => one.code === code)?.name ?? code;
  byId("feed").textContent = code ? t("public.feed", { name: kind === "streets" ? t("public.whole-street", { name }) : name }) : "";
  followByMail(query.get("ward"), query.get("street"));
  (await map).mark(query.get("ward"));
}

function restore() {
  const given = new URLSearchParams(location.search);
  for (const name of FIELDS) byId(name).value = given.get(name) ?? "";
  const places = Object.entries(searched).filter(([name]) => given.get(name));
  for (const [name, field] of places) field.set(given.get(name));
  if (!places.length) look();
}

byId("filters").addEventListener("change", ({ target }) => !(target.id in searched) && changed());
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("more").addEventListener("click", () => look(next));
byId("clear").addEventListener("click", () => { byId("filters").reset(); for (const field of Object.values(searched)) field.clear(); });

restore();
byId("map").append((await map).place);
showFigures((numbers) => map.then(({ count }) => count(numbers)));
