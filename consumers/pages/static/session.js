// Who is signed in, for pages that are for persons.

import { api, byId, lang, t } from "/assets/common/core.js";

/** The session; without one the page to sign in is opened instead, and nothing is given back. */
export async function signedIn() {
  const answer = await api(`/session?lang=${lang}`);
  if (answer.status === 401) signIn();
  return answer.status === 200 ? answer.body : null;
}

export const signIn = () => location.replace(`/sign-in?to=${encodeURIComponent(location.pathname + location.search)}`);

/** What a call that changes something must bring. */
export const formHeaders = (session) => ({ "X-CSRF-Token": session.form_token });

/** Say who is signed in, and let him sign out. */
export function showPerson(session) {
  byId("person").textContent = session.name ?? "";
  byId("leave").addEventListener("click", async () => {
    const { body } = await api("/session", { method: "DELETE", headers: formHeaders(session) });
    sessionStorage.clear();
    if (body?.continue) location.assign(body.continue); // the provider ends its session, too, and leads back
    else signIn();
  });
}

/** In place of the page's work: why this person has nothing here. */
export function nothingHere(place) {
  place.hidden = false;
  place.textContent = t("common.no-duty");
}
