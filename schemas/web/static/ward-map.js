// All wards on one picture, to see where how much is, and to choose one. Whoever does not see it has the list of wards beside it.

import { el, lang, t } from "./core.js";
import { outlines, projected, shape } from "./outlines.js";
import { attribution, tileLayer } from "./tiles.js";

const WIDTH = 600;
const HEIGHT = 640;
const WHOLE = [0, 0, WIDTH, HEIGHT];
const MARGIN = 8;
const CENTRE = [105.85, 21.03];
const INNER = 0.12; // degrees around the centre: where wards are too small to be hit on the whole picture
const TONES = 4;

export const wardName = (ward) => (lang === "vi" ? ward.full_name_vi : `${ward.name_vi} ${ward.kind}`);

/** A map; `onchoose(code)` when a ward is touched. Returns `{place, count(numbers), mark(code)}`: `numbers` by code give each its colour. */
export async function wardMap(onchoose) {
  const { wards, rings, tiles } = await outlines();
  const { to, line, frame } = projected(Object.values(rings).flat(2), WIDTH, HEIGHT, MARGIN);
  const paths = new Map(wards.map((ward) => [ward.code, drawn(ward, rings[ward.code].map(line).join(""))]));
  const ground = tiles && tileLayer(tiles, frame, WIDTH);
  const picture = shape("svg", { role: "img", "aria-label": t("map.all") }, ground?.layer ?? "", ...paths.values());
  picture.addEventListener("click", ({ target }) => {
    const code = target.closest("[data-ward]")?.dataset.ward;
    if (code) onchoose(code);
  });
  const legend = el("ol", { class: "tones small muted" });
  const look = (box) => {
    picture.setAttribute("viewBox", box.join(" "));
    ground?.show(box);
  };
  look(WHOLE);
  const place = el("figure", { class: tiles ? "wards tiled" : "wards" }, picture, el("figcaption", { class: "row spread" }, legend, zoom(to, look)), tiles ? attribution(tiles) : "");
  return {
    place,
    count: (numbers) => coloured(paths, wards, numbers, legend),
    mark: (code) => paths.forEach((path, key) => path.classList.toggle("chosen", key === code)),
  };
}

const drawn = (ward, path) => shape("path", { d: path, "data-ward": ward.code, "data-tone": 0 }, shape("title", {}, wardName(ward)));

/** A button between the whole city and its middle; `look(box)` shows one of them. */
function zoom(to, look) {
  const [[west, south], [east, north]] = [[-INNER, -INNER], [INNER, INNER]].map(([x, y]) => to([CENTRE[0] + x, CENTRE[1] + y]).map(Number));
  const button = el("button", { type: "button", class: "plain small", "aria-pressed": "false", onclick: () => {
    const near = button.getAttribute("aria-pressed") === "false";
    button.setAttribute("aria-pressed", String(near));
    look(near ? [west, north, east - west, south - north] : WHOLE);
  } }, t("map.inner"));
  return button;
}

function coloured(paths, wards, numbers, legend) {
  const edges = quarters(Object.values(numbers).filter(Boolean));
  const tone = (number) => (number ? 1 + edges.filter((edge) => number > edge).length : 0);
  for (const ward of wards) {
    const path = paths.get(ward.code);
    const number = numbers[ward.code] ?? 0;
    path.dataset.tone = tone(number);
    path.firstChild.textContent = t("map.ward", { ward: wardName(ward), n: number || t("map.few") });
  }
  const names = [t("map.few"), ...[...edges, null].map((edge, index) => (edge === null ? t("map.more", { n: edges[index - 1] ?? 0 }) : t("map.up-to", { n: edge })))];
  legend.replaceChildren(...(edges.length ? names.map((name, index) => el("li", { "data-tone": index }, name)) : []));
}

/** Where a quarter, a half and three quarters of the numbers lie, each once. */
function quarters(numbers) {
  const sorted = [...numbers].sort((one, other) => one - other);
  const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * part) / TONES))];
  return sorted.length ? [...new Set([1, 2, 3].map(at))].filter((edge) => edge < sorted.at(-1)) : [];
}
