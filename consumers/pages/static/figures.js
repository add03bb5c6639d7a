// The city's figures for everybody: in all, and by category, ward, office or month.

import { api, byId, el, lang, t } from "/assets/common/core.js";
import { moment } from "/assets/common/time.js";
import { onDay } from "./public-line.js";

const locale = lang === "en" ? "en-GB" : "vi-VN";
const whole = new Intl.NumberFormat(locale);
const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const DIMENSIONS = ["category", "ward", "office", "month"];
const HOURS_A_DAY = 24;

const or = (value, format) => (value === null ? "–" : format.format(value));

/** Fill the tiles and the table; `numbers(byWard)` gets how much was received by ward. */
export async function showFigures(numbers) {
  const { status, body } = await api(`/v1/public/statistics?lang=${lang}`);
  if (status !== 200) return void (byId("failed").hidden = false);
  numbers(Object.fromEntries(body.by_ward.map(({ code, received }) => [code, received])));
  byId("as-of").textContent = t("public.as-of", { time: moment(body.at) });
  byId("tiles").replaceChildren(...tiles(body.total));
  byId("by").replaceChildren(...DIMENSIONS.map((name) => el("option", { value: name }, t(`public.by-${name}`))));
  byId("by").addEventListener("change", () => table(body));
  table(body);
  openData();
}

function tiles({ received, answered, share, overdue, median_hours: hours, stars }) {
  const tile = (name, value) => el("li", { class: "tile" }, el("b", {}, value), el("span", {}, t(`public.${name}`)));
  return [
    tile("received", or(received, whole)), tile("answered", or(answered, whole)), tile("share", or(share, percent)),
    tile("overdue", or(overdue, whole)), tile("median", duration(hours)), tile("stars", stars === null ? "–" : `${decimal.format(stars)} ★`),
  ];
}

function duration(hours) {
  if (hours === null) return "–";
  return hours < 2 * HOURS_A_DAY ? t("public.hours", { n: decimal.format(hours) }) : t("public.days", { n: decimal.format(hours / HOURS_A_DAY) });
}

function table(figures) {
  const by = byId("by").value;
  byId("by-name").textContent = t(`public.by-${by}`);
  byId("lines").replaceChildren(...figures[`by_${by}`].map((line) => row(line)));
}

function row({ name, few, ...line }) {
  const cell = (value) => el("td", { class: "number" }, value);
  const head = el("th", { scope: "row", class: "name" }, name ?? t("common.nowhere"));
  if (few) return el("tr", {}, head, el("td", { colspan: 6, class: "muted" }, t("public.untold")));
  return el("tr", {}, head, cell(or(line.received, whole)), cell(or(line.answered, whole)), cell(or(line.share, percent)), cell(or(line.overdue, whole)),
    cell(duration(line.median_hours)), cell(or(line.stars, decimal)));
}

/** The newest day's files, where the operator publishes some. */
async function openData() {
  const { status, body } = await api("/v1/public/open-data");
  if (status !== 200 || !body.day) return;
  byId("open-day").textContent = t("public.open-day", { day: onDay(body.day) });
  byId("files").replaceChildren(...body.files.map(({ name, url }) => el("li", {}, el("a", { href: url, download: name }, name))));
  byId("open-data").hidden = false;
}
