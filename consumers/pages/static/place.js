// Where it is: the ward's outline with the point in it, drawn from the city's own data; of other hosts only tiles are asked, where there are some.

import { data, el, t } from "/assets/common/core.js";
import { outlines, projected, shape } from "/assets/common/outlines.js";
import { attribution, tileLayer } from "/assets/common/tiles.js";

const WIDTH = 320;
const HEIGHT = 220;
const MARGIN = 12;
let known = null; // as `outlines` gives it

/** A map of the case's ward, loaded when somebody opens it; nothing where neither ward nor point is known. */
export function place({ ward, location }) {
  const point = Number.isFinite(location?.lat) && Number.isFinite(location?.long) ? [location.long, location.lat] : null;
  if (!ward) return "";
  const at = el("div", { class: "map" });
  const part = el("details", { class: "place" }, el("summary", {}, t("desk.map")), at);
  part.addEventListener("toggle", async () => {
    if (!part.open || at.childElementCount) return;
    known ??= await outlines();
    at.replaceChildren(known.rings[ward] ? drawn(ward, point) : el("p", { class: "muted small" }, t("desk.map-none")));
  });
  return part;
}

function drawn(ward, point) {
  const { tiles, rings: all } = known;
  const rings = all[ward];
  const { to, line, bounds, frame } = projected([...rings.flat(), ...(point ? [point] : [])], WIDTH, HEIGHT, MARGIN);
  const within = ([long, lat]) => long > bounds.west && long < bounds.east && lat > bounds.south && lat < bounds.north;
  const near = Object.entries(all).filter(([code, other]) => code !== ward && other.flat().some(within));
  const name = t("desk.map-of", { ward: data.wards[ward] ?? "" });
  const ground = tiles && tileLayer(tiles, frame, WIDTH);
  ground?.show([0, 0, WIDTH, HEIGHT]);
  return el("figure", { class: tiles ? "tiled" : "" }, shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name }, ground?.layer ?? "",
    ...near.map(([, other]) => shape("path", { d: other.map(line).join(""), class: "ward near" })),
    shape("path", { d: rings.map(line).join(""), class: "ward" }),
    ...(point ? [shape("circle", { cx: to(point)[0], cy: to(point)[1], r: 6, class: "spot" })] : [])), el("figcaption", { class: "small muted" }, name), tiles ? attribution(tiles) : "");
}
