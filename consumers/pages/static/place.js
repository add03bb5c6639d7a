// Where it is: the ward's outline with the point in it, drawn from the city's own data; nothing is asked of other hosts.

import { api, data, el, t } from "/assets/common/core.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 320;
const HEIGHT = 220;
const MARGIN = 12;
let outlines = null;

const shape = (tag, attributes, ...children) => {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
};

/** A map of the case's ward, loaded when somebody opens it; nothing where neither ward nor point is known. */
export function place({ ward, location }) {
  const point = Number.isFinite(location?.lat) && Number.isFinite(location?.long) ? [location.long, location.lat] : null;
  if (!ward) return "";
  const at = el("div", { class: "map" });
  const part = el("details", { class: "place" }, el("summary", {}, t("desk.map")), at);
  part.addEventListener("toggle", async () => {
    if (!part.open || at.childElementCount) return;
    outlines ??= await load();
    at.replaceChildren(outlines[ward] ? drawn(ward, point) : el("p", { class: "muted small" }, t("desk.map-none")));
  });
  return part;
}

/** Rings by ward: the outlines that the operator has given, else circles of the wards' areas around their centres. */
async function load() {
  const [given, listed] = await Promise.all([api("/v1/wards/outlines"), api("/v1/wards")]);
  const circles = Object.fromEntries((listed.body?.wards ?? []).map((one) => [one.code, [circle(one)]]));
  return { ...circles, ...(given.body?.outlines ?? {}) };
}

const KM_A_DEGREE = 111.2;
const CORNERS = 36;

function circle({ lat, long, area_km2: area }) {
  const radius = Math.sqrt(area / Math.PI) / KM_A_DEGREE;
  const angles = Array.from({ length: CORNERS }, (_, index) => (2 * Math.PI * index) / CORNERS);
  return angles.map((angle) => [long + (radius * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180), lat + radius * Math.sin(angle)]);
}

function drawn(ward, point) {
  const rings = outlines[ward];
  const all = [...rings.flat(), ...(point ? [point] : [])];
  const [west, east] = edges(all, 0);
  const [south, north] = edges(all, 1);
  const squeeze = Math.cos(((south + north) / 2) * Math.PI / 180); // a degree of longitude is shorter than one of latitude
  const scale = Math.min((WIDTH - 2 * MARGIN) / ((east - west) * squeeze || 1), (HEIGHT - 2 * MARGIN) / (north - south || 1));
  const to = ([long, lat]) => [MARGIN + (long - west) * squeeze * scale, HEIGHT - MARGIN - (lat - south) * scale].map((one) => one.toFixed(1));
  const line = (ring) => `M${ring.map((one) => to(one).join(" ")).join("L")}Z`;
  const near = Object.entries(outlines).filter(([code, other]) => code !== ward && other.flat().some(([long, lat]) => long > west && long < east && lat > south && lat < north));
  const name = t("desk.map-of", { ward: data.wards[ward] ?? "" });
  return el("figure", {}, shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": name },
    ...near.map(([, other]) => shape("path", { d: other.map(line).join(""), class: "ward near" })),
    shape("path", { d: rings.map(line).join(""), class: "ward" }),
    ...(point ? [shape("circle", { cx: to(point)[0], cy: to(point)[1], r: 6, class: "spot" })] : [])), el("figcaption", { class: "small muted" }, name));
}

function edges(points, axis) {
  const values = points.map((one) => one[axis]);
  return [Math.min(...values), Math.max(...values)];
}
