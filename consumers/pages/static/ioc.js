// The operations centre: figures from the read model, every few seconds. Figures that are missing or old raise an alarm.

import { api, byId, el, lang, t } from "/assets/common/core.js";
import { loadCalendar, longDate, moment, remaining, time } from "/assets/common/time.js";
import { chart } from "./chart.js";
import { nothingHere, showPerson, signIn, signedIn } from "./session.js";

const EVERY_MS = 5000;
const STALE_SECONDS = 60;
const SHOWN = 15;
const locale = lang === "en" ? "en-GB" : "vi-VN";
const whole = new Intl.NumberFormat(locale);
const share = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

let fetchedAt = performance.now(); // when figures last came
let figures = null;
let all = false;

async function look() {
  const answer = await api(`/v1/ioc?lang=${lang}`);
  if (answer.status === 401) return signIn();
  if (answer.status === 200) {
    figures = answer.body;
    fetchedAt = performance.now();
    show();
  }
  watch();
  setTimeout(look, EVERY_MS);
}

byId("all").addEventListener("click", () => { all = true; show(); });

// --- Alarms ------------------------------------------------------------------------------------------------------------------------

function watch() {
  const silent = Math.round((performance.now() - fetchedAt) / 1000);
  const found = [];
  if (silent > STALE_SECONDS || (!figures && silent > 5)) found.push(t(figures ? "ioc.alarm-stale" : "ioc.alarm-no-answer", { n: silent }));
  else if (silent > 3 * EVERY_MS / 1000) found.push(t("ioc.alarm-no-answer", { n: silent }));
  for (const code of figures?.freshness.alarms ?? []) found.push(t(`ioc.alarm-${code}`, { n: Math.round(figures.freshness.behind_seconds) }));
  const place = byId("alarm");
  const text = found.join("\n");
  if (place.dataset.text !== text) {
    place.dataset.text = text;
    place.replaceChildren(el("span", {}, `⚠ ${t("ioc.alarm")}`), el("ul", {}, found.map((line) => el("li", {}, line))));
  }
  place.hidden = !found.length;
}

// --- Figures -----------------------------------------------------------------------------------------------------------------------

function show() {
  const { at, newest_event: newest, open } = figures;
  byId("as-of").textContent = [t("ioc.as-of", { time: time(at) }), newest && t("ioc.newest", { time: moment(newest) })].filter(Boolean).join(" · ");
  showTiles();
  showLeague();
  byId("chart").replaceChildren(chart(figures.days, locale));
  showEscalations();
  byId("states").replaceChildren(...open.states.flatMap(({ name, number }) => [el("dt", {}, name), el("dd", {}, whole.format(number))]));
  showLetters();
}

function showTiles() {
  const { today, open, escalations, dead_letters: dead } = figures;
  const tile = (name, number, tone = "") => el("li", { class: `tile ${tone}` }, el("b", {}, number === null ? t("ioc.none") : whole.format(number)), el("span", {}, t(`ioc.${name}`)));
  const when = (number, tone) => (number ? tone : "");
  byId("tiles").replaceChildren(
    tile("received-today", today.received),
    tile("answered-today", today.answered),
    tile("open", open.total),
    tile("overdue", open.overdue, when(open.overdue, "bad")),
    tile("urgent", open.urgent, when(open.urgent, "warn")),
    tile("escalated", escalations.total, when(escalations.total, "bad")),
    tile("returned-today", today["answer-returned"], when(today["answer-returned"], "warn")),
    tile("dead", dead.count, when(dead.count ?? 1, "warn")),
  );
}

function showLeague() {
  const lines = all ? figures.league : figures.league.slice(0, SHOWN);
  byId("league").replaceChildren(...lines.map(leagueLine));
  byId("all").hidden = all || figures.league.length <= SHOWN;
  byId("all").textContent = t("ioc.show-all", { n: figures.league.length });
}

function leagueLine(line) {
  const meter = line.share === null ? "–" : el("span", {}, el("meter", { class: "meter", min: 0, max: 1, low: 0.7, high: 0.9, optimum: 1, value: line.share, "aria-hidden": "true" }), share.format(line.share));
  const number = (value, late) => el("td", { class: `number ${late ? "late" : ""}` }, value);
  return el("tr", {}, el("th", { scope: "row", class: "name" }, line.office.name), el("td", {}, meter), number(whole.format(line.overdue), line.overdue > 0), number(whole.format(line.open)),
    number(whole.format(line.answered)), number(age(line.oldest_days)), number(line.stars === null ? "–" : `${decimal.format(line.stars)} ★`));
}

function age(days) {
  if (days === null) return "–";
  return days < 1 ? t("ioc.hours", { n: Math.round(days * 24) }) : t("ioc.days", { n: decimal.format(days) });
}

function showEscalations() {
  const one = (item) => {
    const left = item.deadline && remaining(item.level, item.deadline, item.received_at);
    return el("li", {}, el("span", { class: "chips" }, el("span", { class: "chip bad" }, `▲ ${t(`ioc.rung-${item.rung}`)}`), left?.text && el("span", { class: `chip ${left.tone}` }, left.text), el("span", { class: "chip" }, item.state_name)),
      el("p", {}, item.text), el("p", { class: "small muted" }, [item.office?.name, item.category_name, longDate(item.received_at)].filter(Boolean).join(" · ")));
  };
  const { items } = figures.escalations;
  byId("escalations").replaceChildren(...(items.length ? items.map(one) : [el("li", { class: "muted" }, t("ioc.no-escalations"))]));
}

function showLetters() {
  const { newest } = figures.dead_letters;
  byId("letters-part").hidden = !newest.length;
  byId("letters").replaceChildren(...newest.map((item) => el("tr", {}, [item.place, item.stage, item.error, moment(item.at)].map((text) => el("td", {}, text)))));
}

async function start() {
  const session = await signedIn();
  if (!session) return;
  showPerson(session);
  if (!session.figures) return nothingHere(byId("no-duty"));
  byId("work").hidden = false;
  fetchedAt = performance.now();
  await loadCalendar();
  await look();
  setInterval(watch, 1000);
}

await start();
