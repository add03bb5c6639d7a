// Showing what was uploaded: small pictures that open large, videos, documents.

import { el, t } from "/assets/common/core.js";
import { size } from "/assets/common/uploads.js";

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
  return el("a", open, el("img", { src: `${url}?small=true`, alt: t("files.picture", { n }), loading: "lazy", onerror: gone }));
}

/** It is being looked at for malware, or was erased: say so in its place. */
function gone({ target }) {
  const place = target.closest("li");
  place.replaceChildren(el("p", { class: "muted small" }, t("files.gone")));
}
