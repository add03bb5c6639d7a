// Submitting a petition.

import { announce, api, byId, data, lang, newKey, t, trouble } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { moment } from "/assets/common/time.js";
import { uploads } from "/assets/common/uploads.js";
import { keeper, kept } from "./draft.js";
import { installed, later } from "./later.js";
import { nearbyOf } from "./nearby.js";
import { previewOf } from "./preview.js";
import { mapFor } from "./ward-choice.js";

const CODE = /^[2-9ACDEFGHJKMNPRTVWXY]{12}[2-9]?$/;
const TEXT_LIMIT = 20000;
const form = byId("petition");
const ward = combobox(byId("ward"), data.wards, () => draft.soon());
const attached = uploads({ changed: () => draft.soon() });
byId("uploads").append(attached.place);
let position = null;
let without = false; // the sender has read that some files failed, and sends all the same
let sent = null; // what was sent last, and under which key

/** The same for the same words until they are in, so that sending again cannot make a second petition; other words are another one. */
function keyFor(body) {
  const text = JSON.stringify(body);
  if (sent?.text !== text) sent = { text, key: newKey() };
  return sent.key;
}

/** Letters, those of scripts that write a syllable or a word with one counted twice. */
const letters = (text) => (text.match(/\p{L}/gu) ?? []).length + (text.match(/\p{Lo}/gu) ?? []).length;

const fail = (field, text) => {
  byId(field).setAttribute("aria-invalid", "true");
  byId(`${field}-error`).textContent = text;
};
const value = (field) => byId(field).value.trim();
const lines = (field) => value(field).split(/\s+/).filter(Boolean);

function clearErrors() {
  for (const place of form.querySelectorAll(".error")) place.textContent = "";
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  byId("form-error").hidden = true;
}

function check() {
  clearErrors();
  const media = lines("media");
  const isLink = (url) => /^https?:\/\/[^\s/]+/i.test(url);
  const shown = attached.claims().length || attached.offline() || media.some(isLink) || position || ward.value() || value("address");
  if (!shown && letters(value("text")) < data.letters) fail("text", t("submit.text-missing", { n: data.letters }));
  if (media.length > 20 || !media.every(isLink)) fail("media", t("submit.media-bad"));
  if (value("phone") && !/^\+?[0-9 .()-]{6,24}$/.test(value("phone"))) fail("phone", t("submit.phone-bad"));
  if (value("email") && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(value("email"))) fail("email", t("submit.email-bad"));
  const first = form.querySelector("[aria-invalid]");
  if (first?.closest("details")) first.closest("details").open = true;
  first?.focus();
  return !first;
}

/** Without the empty parts; undefined when nothing is left. */
function filled(parts) {
  const kept = Object.entries(parts).filter(([, part]) => part !== "" && part !== null && part !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}

function petition() {
  return filled({
    text: value("text"),
    location: filled({ address: value("address"), ward_code: ward.value(), lat: position?.lat, long: position?.long }),
    category: preview.chosen(),
    media_urls: lines("media"),
    files: attached.claims(),
    contact: filled({ name: value("name"), phone: value("phone"), email: value("email") }),
    website: byId("website").value,
  });
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const send = byId("send");
  send.disabled = true;
  send.textContent = t("submit.sending");
  await attached.settled();
  if (!check()) return held(send);
  if (attached.offline()) return unsent(send);
  if (!complete()) return held(send);
  const body = petition();
  const key = keyFor(body);
  await draft.now();
  const answer = await api("/petitions", { method: "POST", body, headers: { "Idempotency-Key": key } });
  if (answer.status === 0) return unsent(send);
  held(send);
  if (answer.status === 202) return received(answer.body.tracking_code);
  if (answer.body?.code === "file-refused") attached.again({ anew: true }); // kept for longer than the server keeps what no petition names
  fault(trouble(answer));
});

/** A person must look, or it is in: nothing is sent by itself any more. */
function held(send) {
  sending.done();
  ready(send);
}

function unsent(send) {
  sending.wait();
  ready(send);
  draft.now();
}

const sending = later(async () => {
  if (byId("send").disabled) return;
  attached.again();
  form.requestSubmit();
});

const FIELDS = ["text", "address", "media", "name", "phone", "email"];
const draft = keeper(() => ({
  fields: Object.fromEntries(FIELDS.map((field) => [field, byId(field).value])),
  ward: ward.value(), category: preview.chosen(), files: attached.kept(), position, sent, waiting: sending.waiting(),
}));
form.addEventListener("input", draft.soon);
form.addEventListener("change", draft.soon);

/** What was being written when the page was left; what waited for a network is sent. */
async function restore() {
  const before = await kept();
  if (!before || !(before.files.length || FIELDS.some((field) => before.fields[field]))) return;
  for (const field of FIELDS) byId(field).value = before.fields[field];
  if (before.ward) ward.set(before.ward);
  setPosition(before.position);
  preview.choose(before.category);
  sent = before.sent;
  attached.put(before.files);
  count();
  byId("contact").open = Boolean(value("name") || value("phone") || value("email"));
  byId("restored").hidden = false;
  if (before.waiting) sending.wait();
  if (before.waiting && navigator.onLine) form.requestSubmit();
}

byId("discard").addEventListener("click", () => { byId("another").click(); draft.drop(); });

function ready(send) {
  send.disabled = false;
  send.textContent = t("submit.send");
}

function fault(text) {
  byId("form-error").textContent = text;
  byId("form-error").hidden = false;
}

/** Whether every file is there; else it is said once, and with the next press the rest is sent. */
function complete() {
  const failed = attached.failed();
  if (!failed || without) return true;
  without = true;
  fault(t("files.some-failed", { n: failed }));
  return false;
}

function received(code) {
  draft.drop();
  sent = null;
  without = false;
  attached.clear();
  nearby.say(code);
  byId("tracking-code").textContent = code;
  byId("follow").href = `/t/${code}`;
  byId("start").hidden = true;
  byId("receipt").hidden = false;
  byId("receipt").focus();
  window.scrollTo(0, 0);
  firstWord(code);
}

/** Who is responsible is known within moments: say it here, without a further click. */
async function firstWord(code, tries = 10) {
  const { status, body } = await api(`/v1/petitions/${code}?lang=${lang}`);
  if (status !== 200) {
    if (tries > 1 && byId("tracking-code").textContent === code) setTimeout(firstWord, 3000, code, tries - 1);
    return;
  }
  const place = byId("first-word");
  place.textContent =
    body.state === "received" || !body.deadline
      ? t("submit.in-triage")
      : t("submit.first-word", { office: body.office.name, deadline: moment(body.deadline) });
  place.hidden = false;
}

byId("another").addEventListener("click", () => {
  form.reset();
  attached.clear();
  ward.clear();
  setPosition(null);
  sending.done();
  byId("restored").hidden = true;
  clearErrors();
  count();
  preview.clear();
  nearby.clear();
  byId("first-word").hidden = true;
  byId("receipt").hidden = true;
  byId("start").hidden = false;
  byId("text").focus();
});

byId("copy").addEventListener("click", async () => {
  const code = byId("tracking-code");
  try {
    await navigator.clipboard.writeText(code.textContent);
    byId("copy").textContent = t("submit.copied");
    announce(t("submit.copied"));
    setTimeout(() => (byId("copy").textContent = t("submit.copy")), 2500);
  } catch {
    getSelection().selectAllChildren(code); // no clipboard here: it is at least marked
  }
});

const number = new Intl.NumberFormat(lang === "en" ? "en-GB" : "vi-VN");
function count() {
  byId("text-count").textContent = `${number.format(byId("text").value.length)} / ${number.format(TEXT_LIMIT)}`;
}
byId("text").addEventListener("input", count);
count();

function setPosition(found) {
  position = found;
  byId("position").hidden = byId("unlocate").hidden = !found;
  byId("position").textContent = found ? `✓ ${t("submit.located", { n: Math.round(found.accuracy) })}` : "";
}
byId("unlocate").addEventListener("click", () => setPosition(null));
byId("locate").addEventListener("click", () => {
  const failed = (text) => { setPosition(null); byId("position-error").textContent = text; };
  byId("position-error").textContent = "";
  if (!navigator.geolocation) return failed(t("submit.no-position"));
  announce(t("submit.locating"));
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const [south, north, west, east] = data.bounds;
      const inside = coords.latitude >= south && coords.latitude <= north && coords.longitude >= west && coords.longitude <= east;
      if (!inside) return failed(t("submit.outside"));
      setPosition({ lat: +coords.latitude.toFixed(6), long: +coords.longitude.toFixed(6), accuracy: coords.accuracy });
    },
    () => failed(t("submit.no-position")),
    { enableHighAccuracy: true, timeout: 10_000 },
  );
});

const preview = previewOf(form, () => filled({ text: value("text"), location: petition().location }), () => letters(value("text")) >= data.letters);
const nearby = nearbyOf(form, () => petition().location);
mapFor(ward);

byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = value("code").toUpperCase().replace(/[^0-9A-Z]/g, "");
  if (CODE.test(code)) return location.assign(`/t/${code.match(/.{4}|./g).join("-")}`);
  byId("code").setAttribute("aria-invalid", "true");
  byId("code-error").textContent = t("submit.bad-code");
});

byId("send").disabled = false; // pressed before anything listened, it would have the browser read the page anew, without what was written
installed();
await restore();
