// The hotline: who calls, what has become of his petitions, and a new one, without a hand leaving the keyboard.

import { announce, api, byId, data, el, lang, newKey, sleep, t, trouble } from "/assets/common/core.js";
import { combobox } from "/assets/common/combobox.js";
import { moment } from "/assets/common/time.js";
import { formHeaders, showPerson, signedIn } from "/assets/views/session.js";
import { previewOf } from "./preview.js";

const PHONE = /^\+?[0-9 .()-]{6,24}$/;
const form = byId("petition");
const ward = combobox(byId("ward"), data.wards);
const value = (field) => byId(field).value.trim();
const letters = (text) => (text.match(/\p{L}/gu) ?? []).length + (text.match(/\p{Lo}/gu) ?? []).length;
let session = null;
let key = newKey(); // of the petition that is being entered: sent twice, it is one
let shown = null; // the caller's petition that is open

const call = (path, { method = "POST", body, headers = {} } = {}) =>
  api(`/v1/hotline/${path}?lang=${lang}`, { method, body, headers: { ...formHeaders(session), ...headers } });

/** Without the empty parts; undefined when nothing is left. */
function filled(parts) {
  const kept = Object.entries(parts).filter(([, part]) => part !== "" && part !== null && part !== undefined);
  return kept.length ? Object.fromEntries(kept) : undefined;
}

function fail(field, text) {
  byId(field).setAttribute("aria-invalid", "true");
  byId(`${field}-error`).textContent = text;
  byId(field).focus();
  return false;
}

function clearErrors() {
  for (const place of document.querySelectorAll(".error")) place.textContent = "";
  for (const field of document.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  byId("form-error").hidden = true;
}

const place = () => filled({ address: value("address"), ward_code: ward.value() });
const preview = previewOf(form, () => filled({ text: value("text"), location: place() }), () => letters(value("text")) >= data.letters);

byId("search").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors();
  close();
  if (!PHONE.test(value("phone"))) return fail("phone", t("submit.phone-bad"));
  const answer = await call("searches", { body: { phone: value("phone") } });
  if (answer.status !== 200) return fail("phone", trouble(answer));
  const { items } = answer.body;
  byId("found").textContent = items.length ? t("hotline.found", { n: items.length }) : t("hotline.none");
  byId("cases").replaceChildren(...items.map(line));
  if (!items.length) byId("text").focus();
});

function line(item) {
  const where = `${item.state_name} · ${item.office.name}`;
  return el("li", {},
    el("p", {}, el("b", {}, item.category_name), " ", item.urgent && el("span", { class: "chip bad" }, t("hotline.urgent"))),
    el("p", { class: "muted small" }, `${moment(item.received_at)} · ${where}`),
    el("button", { type: "button", onclick: () => open(item) }, t("hotline.open")));
}

/** On record first, where its citizen reads it; then it can be read here. */
async function open(item) {
  const phone = value("phone");
  const asked = await call(`petitions/${item.petition_id}/look-ups`, { body: { phone } });
  if (asked.status !== 202) return fail("phone", trouble(asked));
  for (let tries = 0; tries < 40; tries += 1) {
    const answer = await call(`petitions/${item.petition_id}`, { method: "GET" });
    if (answer.status === 200) return show({ ...answer.body, phone });
    await sleep(250);
  }
  fail("phone", t("hotline.not-opened"));
}

function show(petition) {
  shown = petition;
  byId("opened").hidden = false;
  byId("opened-heading").textContent = `${petition.category_name} · ${petition.state_name}`;
  byId("opened-said").textContent = petition.said?.text ?? t("hotline.no-words");
  byId("opened-timeline").replaceChildren(...petition.timeline.map((entry) =>
    el("li", {}, el("span", { class: "muted small" }, moment(entry.time)), ` ${entry.title}. ${entry.message}`)));
  byId("opened").focus();
}

function close() {
  shown = null;
  byId("opened").hidden = true;
  byId("more").value = "";
  byId("cases").replaceChildren();
  byId("found").textContent = "";
}

byId("add").addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors();
  if (!value("more")) return fail("more", t("hotline.more-missing"));
  const body = { phone: shown.phone, text: value("more") };
  const answer = await call(`petitions/${shown.petition_id}/additions`, { body, headers: { "Idempotency-Key": newKey() } });
  if (answer.status !== 202) return fail("more", trouble(answer));
  byId("more").value = "";
  byId("found").textContent = t("hotline.added");
  announce(t("hotline.added"));
});

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  clearErrors();
  if (value("phone") && !PHONE.test(value("phone"))) return fail("phone", t("submit.phone-bad"));
  if (letters(value("text")) < data.letters && !place()) return fail("text", t("submit.text-missing", { n: data.letters }));
  const contact = filled({ phone: value("phone"), name: value("name") });
  const body = filled({ text: value("text"), location: place(), category: preview.chosen(), contact });
  byId("send").disabled = true;
  const answer = await call("petitions", { body, headers: { "Idempotency-Key": key } });
  byId("send").disabled = false;
  if (answer.status === 202) return received(answer.body.tracking_code);
  byId("form-error").textContent = trouble(answer);
  byId("form-error").hidden = false;
});

form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});
form.addEventListener("input", () => { key = newKey(); });

function received(code) {
  byId("tracking-code").textContent = code;
  form.hidden = true;
  byId("receipt").hidden = false;
  byId("receipt").focus();
  firstWord(code);
}

async function firstWord(code, tries = 10) {
  const { status, body } = await api(`/v1/petitions/${code}?lang=${lang}`);
  if (status !== 200) {
    if (tries > 1 && byId("tracking-code").textContent === code) setTimeout(firstWord, 3000, code, tries - 1);
    return;
  }
  const said = body.state === "received" || !body.deadline;
  byId("first-word").textContent = said ? t("submit.in-triage") : t("submit.first-word", { office: body.office.name, deadline: moment(body.deadline) });
  byId("first-word").hidden = false;
}

/** The next call begins with nothing of the last one. */
function next() {
  key = newKey();
  form.reset();
  ward.clear();
  preview.clear();
  clearErrors();
  close();
  byId("phone").value = "";
  byId("first-word").hidden = byId("receipt").hidden = true;
  form.hidden = false;
  byId("phone").focus();
}
byId("next").addEventListener("click", next);
byId("receipt").addEventListener("keydown", (event) => { if (event.key === "Escape") next(); });

session = await signedIn();
if (session) {
  showPerson(session);
  byId("call").hidden = !session.hotline;
  byId("nothing").hidden = session.hotline;
  byId("nothing").textContent = t("hotline.no-duty");
  if (session.hotline) byId("phone").focus();
}
