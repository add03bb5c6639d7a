// What the classifier guessed, for a person who decides: each guess a key, its words marked in the text.

import { data, el, fold, t } from "/assets/common/core.js";

const GUESSES = 5;
const AT_LEAST = 0.05; // what is hardly likely is no help

/** Guesses with the office that a category belongs to in this place: `[{category, name, office, confidence}]`. What the citizen says is
 *  the first one, of no confidence. */
export function guessesOf({ classification, ward, category: present, timeline }) {
  const said = timeline.findLast(({ type }) => type === "corrected")?.details;
  if (!classification || (!classification.triage && !said)) return [];
  const all = [said && { category: said.category ?? present, confidence: null }, { category: classification.category, confidence: classification.confidence }, ...(classification.alternatives ?? [])].filter(Boolean);
  const likely = all.filter(({ confidence }) => confidence === null || confidence >= AT_LEAST);
  const once = likely.filter(({ category }, at) => likely.findIndex((one) => one.category === category) === at);
  const known = once.map(({ category, confidence }) => ({ confidence, ...data.categories.find(({ code }) => code === category) })).filter(({ code, owner }) => code && owner !== data.triage); // that it is triage's is no guess
  return known.slice(0, GUESSES).map(({ code, name, owner, confidence }) => ({ category: code, name, confidence, office: officeOf(owner, said?.ward_code ?? ward, classification) }));
}

function officeOf(owner, ward, { place }) {
  if (owner !== "ward") return owner;
  const code = ward ?? place?.candidates?.[0];
  return code ? `ward-${code}` : null;
}

/** Buttons that fill in the form: `{made, first()}`; `first` takes the likeliest, so that a right one needs no more than sending. */
export function guessed(found, take) {
  const guesses = guessesOf(found);
  if (!guesses.length) return null;
  const wards = (found.classification.place?.candidates ?? []).map((code) => data.wards[code]).filter(Boolean);
  const button = (guess, index) => el("button", { type: "button", class: "small guess", "data-guess": index + 1, onclick: () => take(guess) },
    el("kbd", {}, String(index + 1)), ` ${guess.name} `, el("span", { class: "muted" }, guess.confidence === null ? t("desk.guess-citizen") : `${Math.round(guess.confidence * 100)}%`));
  const made = el("fieldset", { class: "guesses" }, el("legend", {}, t("desk.guesses")), el("div", { class: "row" }, guesses.map(button)),
    wards.length > 1 && el("p", { class: "hint" }, t("desk.guess-wards", { wards: wards.join(", ") })));
  return { made, first: () => take(guesses[0]) };
}

/** The words that the reasons quote. */
const quoted = (found) => [...(found?.reasons ?? []), ...(found?.urgent_reasons ?? [])].flatMap((reason) => [...reason.matchAll(/“([^”]+)”/g)].map((hit) => hit[1]));

/** A text in which the words of the reasons are marked, whole words only, with or without their accents. */
export function marked(text, classification) {
  const words = new Set([...quoted(classification), ...(classification?.urgent_reasons ?? [])].map(fold).filter((word) => word.length > 1));
  if (!words.size) return [text];
  const tokens = text.split(/([^\p{L}\p{N}]+)/u);
  const found = [];
  for (let at = 0; at < tokens.length;) {
    const length = longest(tokens, at, words);
    found.push(length ? el("mark", {}, tokens.slice(at, at + length).join("")) : tokens[at]);
    at += length || 1;
  }
  return found;
}

const WORDS_AT_MOST = 6;

/** How many tokens from `at` on are one of the words; 0 for none. */
function longest(tokens, at, words) {
  for (let length = 2 * WORDS_AT_MOST - 1; length > 0; length -= 2) {
    if (at % 2 === 0 && words.has(fold(tokens.slice(at, at + length).join("")).replace(/[^\p{L}\p{N}]+/gu, " "))) return length;
  }
  return 0;
}
