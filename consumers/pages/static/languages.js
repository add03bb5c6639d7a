// A petition's language, for those who answer it.

import { el, lang, t } from "/assets/common/core.js";

/** `en` → `tiếng Anh`, in the page's language. */
export const languageName = (code) => new Intl.DisplayNames([lang], { type: "language" }).of(code);

/** What to mind when writing to the citizen; nothing for a petition in Vietnamese. */
export const understood = ({ language }) => language !== "vi" && el("p", { class: "note small" }, t("desk.understood", { language: languageName(language) }));
