// Tiles of a map under the outlines, where the operator has named a server of them (Web Mercator, {z}/{x}/{y}).

import { el } from "./core.js";
import { shape } from "./outlines.js";

const SIDE = 256;
const FINEST = 19;

/**
 * A layer to lie under the rest of a picture that is `width` wide, whose left and top edge are at `left` and `top` of the world (0 to 1) and whose
 * `scale` are units of the picture for the whole world. Returns `{layer, show([x, y, width, height])}`; `show`: what of the picture is looked at.
 */
export function tileLayer(source, { left, top, scale }, width) {
  const layer = shape("g", { class: "tiles" });
  const show = ([x, y, wide, high]) => {
    const zoom = Math.max(0, Math.min(FINEST, Math.round(Math.log2((scale * width) / wide / SIDE))));
    const many = 2 ** zoom;
    const side = scale / many;
    const across = numbers((left + x / scale) * many, (left + (x + wide) / scale) * many, many);
    const down = numbers((top + y / scale) * many, (top + (y + high) / scale) * many, many);
    const one = (column, row) => shape("image", {
      href: source.url.replace("{z}", zoom).replace("{x}", column).replace("{y}", row),
      x: (column / many - left) * scale, y: (row / many - top) * scale, width: side, height: side,
    });
    layer.replaceChildren(...across.flatMap((column) => down.map((row) => one(column, row))));
  };
  return { layer, show };
}

/** Whose map it is. */
export const attribution = (source) => el("p", { class: "small muted" }, source.attribution);

function numbers(from, to, many) {
  const [first, last] = [Math.max(0, Math.floor(from)), Math.min(many - 1, Math.floor(to))];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
}
