// Where the wards lie, as shapes to draw: the outlines that the operator has given, else circles of the wards' areas around their centres.
// Nothing is asked of other hosts.

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

/** `{wards, rings}`: the wards as `GET /v1/wards` lists them, and by code the rings of each as `[[long, lat], …]`. */
export async function outlines() {
  const [given, listed] = await Promise.all([api("/v1/wards/outlines"), api("/v1/wards")]);
  const wards = listed.body?.wards ?? [];
  const circles = Object.fromEntries(wards.map((one) => [one.code, [circle(one)]]));
  return { wards, rings: { ...circles, ...(given.body?.outlines ?? {}) } };
}

function circle({ lat, long, area_km2: area }) {
  const radius = Math.sqrt(area / Math.PI) / KM_A_DEGREE;
  const angles = Array.from({ length: CORNERS }, (_, index) => (2 * Math.PI * index) / CORNERS);
  return angles.map((angle) => [long + (radius * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180), lat + radius * Math.sin(angle)]);
}

/** How points go on a picture of this size in which all of `points` have room: `{to, line}`; `line` gives the path of a ring. */
export function projected(points, width, height, margin) {
  const [[west, east], [south, north]] = [edges(points, 0), edges(points, 1)];
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180); // a degree of longitude is shorter than one of latitude
  const scale = Math.min((width - 2 * margin) / ((east - west) * squeeze || 1), (height - 2 * margin) / (north - south || 1));
  const to = ([long, lat]) => [margin + (long - west) * squeeze * scale, height - margin - (lat - south) * scale].map((one) => one.toFixed(1));
  return { to, line: (ring) => `M${ring.map((one) => to(one).join(" ")).join("L")}Z`, bounds: { west, east, south, north } };
}

function edges(points, axis) {
  const values = points.map((one) => one[axis]);
  return [Math.min(...values), Math.max(...values)];
}
