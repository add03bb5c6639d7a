// Taking pictures, videos and documents: from the camera or from the device, shrunk here, sent by parts that go on where they broke off.

import { announce, el, sleep, t, trouble } from "/assets/common/core.js";

const LONGEST = 1600; // pixels of the longer side of a picture that is sent
const PREVIEW = 200;
const PART_BYTES = 1 << 20; // what a slow phone sends well within the server's minute
const TRIES = 4;
const MOST = 10;
const KINDS = "image/*,video/mp4,video/quicktime,video/webm,application/pdf";
const TUS = { "Tus-Resumable": "1.0.0" };

/** A field with the files that were chosen. `headers()`: what a call of a signed-in page must bring; `changed()` is told of each change. */
export function uploads({ headers = () => ({}), hint = "files.hint", changed = () => {} } = {}) {
  const list = el("ul", { class: "uploading" });
  const said = el("p", { class: "error", role: "alert" });
  const files = new Map(); // tile → { file, claim, sending, stopped, offline, start }
  const take = (label, more) => {
    const input = el("input", { type: "file", class: "hidden-text", ...more, onchange: () => { add([...input.files]); input.value = ""; } });
    return el("label", { class: "button" }, input, label);
  };
  const place = el("div", { class: "uploads" },
    el("div", { class: "row" },
      take(t("files.camera"), { accept: "image/*", capture: "environment" }),
      take(t("files.choose"), { accept: KINDS, multiple: true })),
    el("p", { class: "hint" }, t(hint)), said, list);

  function add(chosen) {
    said.textContent = files.size + chosen.length > MOST ? t("files.most", { n: MOST }) : "";
    for (const file of chosen.slice(0, MOST - files.size)) tile(file);
    changed();
  }

  function tile(file, claim = null) {
    const state = el("p", { class: "small", role: "status" });
    const bar = el("progress", { max: 1, value: 0, "aria-label": t("files.sending") });
    const again = el("button", { type: "button", class: "plain small", hidden: true, onclick: () => start() }, t("files.again"));
    const away = el("button", { type: "button", class: "plain small", "aria-label": `${t("shared.remove")}: ${file.name}`, onclick: remove }, t("shared.remove"));
    const made = el("li", {}, el("span", { class: "kind", "aria-hidden": "true" }, { image: "…", video: "▶" }[file.type.split("/")[0]] ?? "PDF"),
      el("div", { class: "grow" }, el("p", { class: "name" }, file.name), bar, state, el("div", { class: "row" }, again, away)));
    const entry = { file, claim, sending: null, stopped: false, offline: false, start };

    function start() {
      Object.assign(again, { hidden: true });
      Object.assign(bar, { hidden: false, value: 0 });
      made.dataset.state = "sending";
      state.textContent = t("files.sending");
      entry.sending = send();
    }
    async function send() {
      try {
        const { content, preview } = await shrunk(file);
        if (preview) made.querySelector(".kind")?.replaceWith(preview);
        entry.claim ??= await sent(content, headers, (share) => (bar.value = share), () => entry.stopped);
        entry.offline = false;
        tell("done", t("files.sent", { size: size(content.size) }));
        changed();
      } catch (error) {
        entry.offline = error.offline === true;
        if (!entry.stopped) tell("failed", error.message);
        again.hidden = error.final === true;
      }
    }
    function tell(what, text) {
      made.dataset.state = what;
      bar.hidden = true;
      state.textContent = text;
      announce(`${file.name}: ${text}`);
    }
    function remove() {
      entry.stopped = true;
      files.delete(made);
      made.remove();
      changed();
      if (entry.claim) fetch(`/v1/files/uploads/${entry.claim.id}/${entry.claim.token}`, { method: "DELETE", headers: TUS }).catch(() => {});
    }
    files.set(made, entry);
    list.append(made);
    start();
  }

  return {
    place,
    /** Resolves when nothing is on its way any more. */
    settled: () => Promise.all([...files.values()].map(({ sending }) => sending)),
    /** What the call names as its `files`. */
    claims: () => [...files.values()].flatMap(({ claim }) => claim ?? []),
    any: () => files.size > 0,
    /** Whether one is not there because there is no network. */
    offline: () => [...files.values()].some(({ claim, offline }) => !claim && offline),
    /** What can be kept and put back later, with what is there already. */
    kept: () => [...files.values()].map(({ file, claim }) => ({ file, claim })),
    put: (before) => before.forEach(({ file, claim }) => tile(file, claim)),
    /** Send what is not there; `anew`: all of them, as what was sent is gone again. */
    again: ({ anew = false } = {}) => [...files.values()].filter((entry) => anew || !entry.claim).forEach((entry) => { if (anew) entry.claim = null; entry.start(); }),
    failed: () => [...files.values()].filter(({ claim }) => !claim).length,
    clear: () => { files.clear(); list.replaceChildren(); said.textContent = ""; },
  };
}

/** A picture small enough to be sent from anywhere, upright and without what the camera wrote; what cannot be read here goes as it is. */
async function shrunk(file) {
  if (!file.type.startsWith("image/")) return { content: file };
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const preview = drawn(picture, PREVIEW);
    preview.className = "kind";
    preview.setAttribute("aria-hidden", "true");
    const content = await new Promise((done) => { drawn(picture, LONGEST).toBlob(done, "image/jpeg", 0.85); });
    picture.close();
    return { content: content ?? file, preview };
  } catch {
    return { content: file };
  }
}

function drawn(picture, longest) {
  const scale = Math.min(1, longest / Math.max(picture.width, picture.height));
  const made = el("canvas", { width: Math.max(1, Math.round(picture.width * scale)), height: Math.max(1, Math.round(picture.height * scale)) });
  const pen = made.getContext("2d");
  pen.fillStyle = "#fff"; // a JPEG has no transparency
  pen.fillRect(0, 0, made.width, made.height);
  pen.drawImage(picture, 0, 0, made.width, made.height);
  return made;
}

/** Raises an error with words for people; `final`: sending it again is no use. */
async function sent(content, headers, progress, stopped) {
  const begun = await tried(() => call("/v1/files/uploads", "POST", { ...headers(), "Upload-Length": String(content.size) }), stopped);
  const { file_id: id, token } = await begun.json();
  const place = `/v1/files/uploads/${id}/${token}`;
  let offset = 0;
  while (offset < content.size) {
    const part = content.slice(offset, offset + PART_BYTES);
    const answer = await tried(async (again) => {
      if (again) offset = Number((await call(place, "HEAD")).headers.get("Upload-Offset"));
      if (offset >= content.size) return null;
      return call(place, "PATCH", { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
        again ? content.slice(offset, offset + PART_BYTES) : part);
    }, stopped);
    offset = answer ? Number(answer.headers.get("Upload-Offset")) : content.size;
    progress(offset / content.size);
  }
  return { id, token };
}

/** The call's answer; again after a pause while the network or the server is away. */
async function tried(one, stopped) {
  for (let number = 0; ; number += 1) {
    try {
      return await one(number > 0);
    } catch (error) {
      if (error.final || stopped() || number + 1 >= TRIES || !navigator.onLine) throw error;
      await sleep(1000 * 2 ** number);
    }
  }
}

async function call(path, method, headers = {}, body = undefined) {
  const answer = await fetch(path, { method, headers: { "Accept-Language": document.documentElement.lang, ...TUS, ...headers }, body }).catch(() => null);
  if (answer?.ok) return answer;
  const status = answer?.status ?? 0;
  const problem = await answer?.json().catch(() => null);
  const words = problem?.fields?.map(({ message }) => message).join("; ");
  throw Object.assign(new Error(words || trouble({ status, body: problem })), { offline: status === 0, final: status >= 400 && status < 500 && status !== 409 && status !== 408 });
}

const number = new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : "vi-VN", { maximumFractionDigits: 1 });
/** Bytes, for people. */
export const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${number.format(bytes / 1e6)} MB`);
