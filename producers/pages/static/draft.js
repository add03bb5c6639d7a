// What is being written, kept on this device alone until it is in: over a reload, a lost connection, a closed page.

const NAME = "draft";
const PAUSE_MS = 300;

/** The store, or null where the browser has none for us (a private window): then a draft lives as long as its page. */
const store = new Promise((done) => {
  try {
    const asked = indexedDB.open("petitions", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore(NAME);
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => done(null);
  } catch {
    done(null);
  }
});

async function ask(mode, call) {
  const opened = await store;
  if (!opened) return null;
  return new Promise((done) => {
    const asked = call(opened.transaction(NAME, mode).objectStore(NAME));
    asked.onsuccess = () => done(asked.result ?? null);
    asked.onerror = () => done(null);
  });
}

export const kept = () => ask("readonly", (drafts) => drafts.get(NAME));
export const forget = () => ask("readwrite", (drafts) => drafts.delete(NAME));
export const keep = (draft) => ask("readwrite", (drafts) => drafts.put(draft, NAME));

/** `now()` keeps what `draft()` gives, `soon()` does so after a pause; `drop()` forgets it, and what was about to be kept. */
export function keeper(draft) {
  let waiting = 0;
  const now = async () => { clearTimeout(waiting); await keep(draft()); };
  return {
    now,
    soon: () => { clearTimeout(waiting); waiting = setTimeout(now, PAUSE_MS); },
    drop: async () => { clearTimeout(waiting); await forget(); },
  };
}
