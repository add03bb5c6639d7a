// Texts, elements and calls: what every page's script uses.

const block = (id) => JSON.parse(document.getElementById(id).textContent);
const texts = block("texts");

export const data = block("data");
export const lang = document.documentElement.lang;
export const byId = (id) => document.getElementById(id);

/** The text of a key, with {names} filled; an unknown key gives itself. */
export function t(key, values = {}) {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "…");
}

/** An element. Text always goes in as text, never as HTML. `on…` attributes are listeners; null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

/** Letters without marks, for searching: "Đống Đa" and "dong da" are the same. */
export function fold(text) {
  return text.toLowerCase().replaceAll("đ", "d").normalize("NFD").replace(/\p{M}/gu, "").trim();
}

/** A call of the API: `{status, body}`; status 0 when the server cannot be reached. */
export async function api(path, { method = "GET", body, headers = {} } = {}) {
  const all = { "Accept-Language": lang, ...headers };
  if (body !== undefined) all["Content-Type"] = "application/json";
  try {
    const answer = await fetch(path, { method, headers: all, body: body === undefined ? undefined : JSON.stringify(body) });
    return { status: answer.status, body: await answer.json().catch(() => null) };
  } catch {
    return { status: 0, body: null };
  }
}

/** What to tell a person about an answer that was not as hoped (problem details), each broken field included. */
export function trouble({ status, body }) {
  if (status === 0) return t("shared.offline");
  const broken = (body?.fields ?? []).map(({ field, message }) => `${field}: ${message}`);
  return [body?.detail ?? t("shared.failed"), broken.join("; ")].filter(Boolean).join(" ");
}

/** A part of an address as people read it; as it stands when it is no percent-encoded UTF-8. */
export function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Addresses that people gave are only followed when they lead to the web. */
export function links(urls) {
  const safe = (urls ?? []).filter((url) => /^https?:\/\//i.test(url) && URL.canParse(url));
  if (!safe.length) return null;
  const item = (url, index) => {
    const name = decoded(new URL(url).pathname.split("/").pop()) || t("shared.attachment", { n: index + 1 });
    return el("li", {}, el("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow" }, `↗ ${name}`));
  };
  return el("ul", { class: "links" }, safe.map(item));
}

/** Show or hide the line at the top that says whether the page is live. */
export function connection(lost) {
  const line = byId("connection");
  line.hidden = !lost;
  line.textContent = lost ? t("shared.reconnecting") : "";
}

/** Say something to those who listen to the page instead of looking at it. */
export function announce(text) {
  let place = byId("announcer");
  if (!place) document.body.append((place = el("p", { id: "announcer", class: "hidden-text", "aria-live": "polite" })));
  place.textContent = text;
}

export const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
