// Sending later: what could not be sent for want of a network is sent when there is one again, under the same key.

import { announce, byId, t } from "/assets/common/core.js";

const AGAIN_MS = 15_000;

/** `send()` tries once more. `wait()`: there is no network now; `done()`: it is in, or a person must look first. */
export function later(send) {
  const state = { waiting: false, timer: 0 };
  const show = () => {
    byId("waiting").hidden = !state.waiting;
    clearInterval(state.timer);
    if (state.waiting) state.timer = setInterval(() => navigator.onLine && send(), AGAIN_MS);
  };
  window.addEventListener("online", () => state.waiting && send());
  return {
    waiting: () => state.waiting,
    wait: () => {
      if (!state.waiting) announce(t("submit.waiting"));
      state.waiting = true;
      show();
    },
    done: () => { state.waiting = false; show(); },
  };
}

/** The page itself is there without a network, too. */
export function installed() {
  navigator.serviceWorker?.register("/worker.js").catch(() => {});
}
