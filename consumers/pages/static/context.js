// Who works for which office: what every call of the desk needs.

import { api, lang } from "/assets/common/core.js";
import { formHeaders } from "./session.js";

export const context = { office: null, session: null };

/** A call of the office's own part of the API: `{status, body}`; one that changes something brings the session's form token.
 *  `key`: sent twice with the same one, it counts once. */
export const call = (path, { method = "GET", body, key } = {}) =>
  api(`/v1/departments/${context.office}/${path}${path.includes("?") ? "&" : "?"}lang=${lang}`, {
    method, body, headers: method === "GET" ? {} : { ...formHeaders(context.session), ...(key && { "Idempotency-Key": key }) },
  });

/** A call about one case. */
export const onCase = (petition, path, options) => call(`queue/${petition}${path}`, options);
