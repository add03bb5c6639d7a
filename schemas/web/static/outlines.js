// Where the wards lie, as shapes to draw: the outlines that the operator has given, else circles of the wards' areas around their centres.
// Nothing is asked of other hosts but of the one that the operator has named for tiles.

import { api } from "./core.js";

const SVG = "http://www.w3.org/2000/svg";
const KM_A_DEGREE = 111.2;
const CORNERS = 36;

/** An SVG element. */
export function shape(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** `{wards, rings, tiles}`: the wards as `GET /v1/wards` lists them, by code the rings of each as `[[long, lat], …]`, and whence tiles come, or null. */
export async function outlines() {
  const [given, listed] = await Promise.all([api("/v1/wards/outlines"), api("/v1/wards")]);
  const wards = listed.body?.wards ?? [];
  const circles = Object.fromEntries(wards.map((one) => [one.code, [circle(one)]]));
  return { wards, rings: { ...circles, ...(given.body?.outlines ?? {}) }, tiles: given.body?.tiles ?? null };
}

function circle({ lat, long, area_km2: area }) {
  const radius = Math.sqrt(area / Math.PI) / KM_A_DEGREE;
  const angles = Array.from({ length: CORNERS }, (_, index) => (2 * Math.PI * index) / CORNERS);
  return angles.map((angle) => [long + (radius * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180), lat + radius * Math.sin(angle)]);
}

/**
 * How points go on a picture of this size in which all of `points` have room: `{to, line, bounds, frame}`; `line` gives the path of a ring, `frame`
 * where the picture lies in the world, as tiles.js wants it.
 */
export function projected(points, width, height, margin) {
  const [[west, east], [south, north]] = [edges(points, 0), edges(points, 1)];
  const [[first, top], [last, bottom]] = [mercator([west, north]), mercator([east, south])];
  const scale = Math.min((width - 2 * margin) / (last - first || 1), (height - 2 * margin) / (bottom - top || 1));
  const frame = { left: first - margin / scale, top: bottom - (height - margin) / scale, scale };
  const to = (point) => mercator(point).map((one, axis) => ((one - [frame.left, frame.top][axis]) * scale).toFixed(1));
  return { to, line: (ring) => `M${ring.map((one) => to(one).join(" ")).join("L")}Z`, bounds: { west, east, south, north }, frame };
}

/** Web Mercator: the world from 0 to 1, from west to east and from north to south. */
const mercator = ([long, lat]) => [(long + 180) / 360, (1 - Math.asinh(Math.tan((lat * Math.PI) / 180)) / Math.PI) / 2];

function edges(points, axis) {
  const values = points.map((one) => one[axis]);
  return [Math.min(...values), Math.max(...values)];
}
