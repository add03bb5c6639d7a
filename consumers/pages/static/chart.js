// Two bars a day, as SVG; the same in words for those who do not see it.

import { el, t } from "/assets/common/core.js";

const WIDTH = 700;
const HEIGHT = 190;
const FOOT = 22;

function svg(tag, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** `days`: [{day, received, answered}], oldest first. */
export function chart(days, locale) {
  const most = Math.max(1, ...days.flatMap(({ received, answered }) => [received, answered]));
  const step = WIDTH / days.length;
  const scale = (HEIGHT - FOOT - 16) / most;
  const name = new Intl.DateTimeFormat(locale, { day: "numeric", month: "numeric", timeZone: "UTC" });
  const bar = (x, value, colour) => svg("rect", { x, y: HEIGHT - FOOT - value * scale, width: step * 0.36, height: value * scale, rx: 2, fill: colour });
  const drawn = days.map(({ day, received, answered }, index) => {
    const words = t("ioc.chart-words", { day: name.format(new Date(day)), received, answered });
    const left = index * step + step * 0.12;
    const number = svg("text", { x: left + step * 0.18, y: HEIGHT - FOOT - received * scale - 4, "text-anchor": "middle", "font-size": 11, fill: "#566262" }, received || "");
    const label = svg("text", { x: (index + 0.5) * step, y: HEIGHT - 6, "text-anchor": "middle", "font-size": 11.5, fill: "#566262" }, name.format(new Date(day)));
    return svg("g", {}, svg("title", {}, words), bar(left, received, "#0d4f4c"), bar(left + step * 0.38, answered, "#f0b840"), number, label);
  });
  const axis = svg("line", { x1: 0, x2: WIDTH, y1: HEIGHT - FOOT, y2: HEIGHT - FOOT, stroke: "#7d8b89" });
  const picture = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "chart", "aria-hidden": "true" }, ...drawn, axis);
  const spoken = el("ul", { class: "hidden-text" }, days.map(({ day, ...numbers }) => el("li", {}, t("ioc.chart-words", { day, ...numbers }))));
  return el("div", {}, picture, spoken);
}
