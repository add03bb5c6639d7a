// Hanoi's time, and working time as the city's calendar counts it.

import { api, lang, t } from "./core.js";

const zone = "Asia/Ho_Chi_Minh";
const locale = lang === "en" ? "en-GB" : "vi-VN";
const clock = new Intl.DateTimeFormat(locale, { timeZone: zone, hour: "2-digit", minute: "2-digit", hour12: false });
const day = new Intl.DateTimeFormat(locale, { timeZone: zone, day: "2-digit", month: "2-digit", year: "numeric" });
const weekday = new Intl.DateTimeFormat(locale, { timeZone: zone, weekday: "long" });
const HOUR = 3600_000;
const MINUTE = 60_000;

let calendar = null;

/** Learn what the service's clock says and which hours are worked. Without it, deadlines are shown as dates only. */
export async function loadCalendar() {
  const { status, body } = await api("/v1/calendar");
  if (status === 200) calendar = { ...body, loadedAt: performance.now() };
}

/** Milliseconds since the epoch on the service's clock, which may be a scaled one. */
export function now() {
  return calendar ? calendar.now + (performance.now() - calendar.loadedAt) * calendar.scale : Date.now();
}

export const time = (iso) => clock.format(new Date(iso));
export const date = (iso) => day.format(new Date(iso));
export const moment = (iso) => t("shared.at", { time: time(iso), date: date(iso) });
export const longDate = (iso) => `${time(iso)}, ${weekday.format(new Date(iso))} ${date(iso)}`;

/** The date in Hanoi as an input of type date wants it. */
export const inputDate = (ms) => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(new Date(ms));

/** Working milliseconds of a level's calendar from `first` to `second`, negative when it is earlier; null when unknown. */
export function working(level, first, second) {
  if (!calendar) return null;
  if (second < first) return -working(level, second, first);
  const { periods } = calendar.calendars[calendar.levels[level] ?? 0];
  if (first < periods[0][0] || second > periods.at(-1)[1]) return null;
  return periods.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, second) - Math.max(start, first)), 0);
}

/** How much time is left until a deadline: `{text, tone, left}`; `tone` is good, warn or bad. `since`: when the clock started. */
export function remaining(level, deadline, since = null) {
  const due = Date.parse(deadline);
  const left = working(level, now(), due);
  const late = due <= now();
  if (left === null) return { text: late ? t("shared.just-late") : "", tone: late ? "bad" : "good", left };
  const whole = since === null ? null : working(level, Date.parse(since), due);
  const near = whole ? left < whole * 0.2 : left < 8 * HOUR;
  return { text: late ? lateText(level, -left) : leftText(level, left), tone: late ? "bad" : near ? "warn" : "good", left };
}

function leftText(level, ms) {
  const days = Math.round(ms / dayLength(level));
  if (ms >= 1.5 * dayLength(level)) return t("shared.days-left", { n: days });
  if (ms >= 0.95 * dayLength(level) && days === 1) return t("shared.day-left");
  if (ms >= HOUR) return t("shared.hours-left", { n: Math.round(ms / HOUR) });
  return t("shared.minutes-left", { n: Math.max(1, Math.round(ms / MINUTE)) });
}

function lateText(level, ms) {
  if (ms >= dayLength(level)) return t("shared.days-late", { n: Math.floor(ms / dayLength(level)) });
  if (ms >= HOUR) return t("shared.hours-late", { n: Math.floor(ms / HOUR) });
  return ms >= MINUTE ? t("shared.minutes-late", { n: Math.floor(ms / MINUTE) }) : t("shared.just-late");
}

const dayLength = (level) => calendar.calendars[calendar.levels[level] ?? 0].day_ms;
