// News on this device, also with the page closed: the browser's push service brings it, and only this browser can read it.

import { api, byId, t, trouble } from "/assets/common/core.js";

const KEPT = "push:"; // and the petition's id: what the browser is subscribed as, and the link that ends it
const kept = (name) => JSON.parse(localStorage.getItem(name) ?? "null");
const current = async () => (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();

export const possible = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

/** The button that begins and ends it. `base`: the petition's calls; `key`: to whom the browser subscribes. */
export async function offerHere(base, petition, key) {
  const name = KEPT + petition;
  let on = false;
  const show = async () => {
    on = await isOn(name);
    byId("here-go").textContent = t(on ? "track.here-off" : "track.here-on");
  };
  byId("here-go").addEventListener("click", async () => {
    byId("here-go").disabled = true;
    byId("here-outcome").textContent = await (on ? leave(name) : begin(name, base, key)).catch(() => t("track.here-failed"));
    byId("here-outcome").hidden = false;
    byId("here-go").disabled = false;
    await show();
  });
  await show();
  byId("here").hidden = false;
}

/** A browser that was given another subscription, or whose store was emptied, is not told any more. */
async function isOn(name) {
  const own = await current();
  return Boolean(own && kept(name)?.endpoint === own.endpoint);
}

/** What to say of it. The permission is asked for first: a browser lets a click ask for it, and nothing else. */
async function begin(name, base, key) {
  if ((await Notification.requestPermission()) !== "granted") return t("track.here-denied");
  const { endpoint, keys } = (await subscribed(key)).toJSON();
  const answer = await api(`${base}/notices`, { method: "POST", body: { medium: "webpush", subscription: { endpoint, keys } } });
  if (answer.status !== 202) return trouble(answer);
  localStorage.setItem(name, JSON.stringify({ endpoint, leave: answer.body.leave }));
  return t("track.here-done");
}

/** A subscription to another key, of before the deployment changed it, is given up for one to this. */
async function subscribed(key) {
  await navigator.serviceWorker.register("/worker.js");
  const { pushManager } = await navigator.serviceWorker.ready;
  const wanted = { userVisibleOnly: true, applicationServerKey: key };
  try {
    return await pushManager.subscribe(wanted);
  } catch (error) {
    const old = await pushManager.getSubscription();
    if (!old) throw error;
    await old.unsubscribe();
    return pushManager.subscribe(wanted);
  }
}

/** With the last petition the browser's own subscription ends, too. A link that nobody knows any more (404) has ended already. */
async function leave(name) {
  const answer = await api(kept(name).leave, { method: "POST" });
  if (answer.status !== 200 && answer.status !== 404) return trouble(answer);
  localStorage.removeItem(name);
  if (!Object.keys(localStorage).some((one) => one.startsWith(KEPT))) await (await current())?.unsubscribe();
  return t("track.here-left");
}
