// Showing what was uploaded: small pictures that open large, videos, documents.

import { el, t } from "/assets/common/core.js";
import { size } from "/assets/common/uploads.js";

const AGAIN_MS = [1000, 2000, 4000, 8000, 16000];

/** The files that lie under `base`, or null where there are none. */
export function shown(files, base) {
  if (!files?.length) return null;
  return el("ul", { class: "files" }, files.map((file, index) => el("li", { "data-kind": file.kind }, one(file, `${base}/${file.id}`, index + 1))));
}

function one(file, url, n) {
  const open = { href: url, target: "_blank", rel: "noopener" };
  const link = () => el("a", open, `↗ ${t(`files.${file.kind}`, { n })} (${size(file.size)})`);
  if (file.kind === "document") return link();
  if (file.kind === "video") {
    // Not every browser plays what every phone records: then it is at least a link.
    const unplayable = ({ target }) => target.replaceWith(link());
    return el("video", { src: url, controls: true, preload: "metadata", "aria-label": t("files.video", { n }), onerror: unplayable });
  }
  const picture = el("img", { src: `${url}?small=true`, alt: t("files.picture", { n }), loading: "lazy", onerror: ({ target }) => gone(target) });
  return el("a", open, picture);
}

/** It is being looked at for malware, its event has come sooner than it can be looked up, or it was erased: say so in its place, and look
 *  again a few times. */
function gone(picture) {
  const place = picture.closest("li");
  const link = picture.parentElement;
  place.replaceChildren(el("p", { class: "muted small" }, t("files.gone")));
  const again = (number) => {
    if (number === AGAIN_MS.length) return;
    setTimeout(() => {
      const probe = new Image();
      probe.onload = () => { probe.alt = picture.alt; link.replaceChildren(probe); place.replaceChildren(link); };
      probe.onerror = () => again(number + 1);
      probe.src = picture.src;
    }, AGAIN_MS[number]);
  };
  again(0);
}
