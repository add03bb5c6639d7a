// Server-Sent Events over fetch, which says when a stream was refused and when it fell silent.

import { sleep } from "./core.js";

const PAUSE_MS = 1500;
const SILENCE_MS = 40_000; // heartbeats come every 15 s

/** Follow `path` until `signal` aborts, reconnecting from the last id. `onstate(live)`: whether the stream stands. */
export async function follow(path, { signal, onevent, onstate }) {
  let last = null;
  while (!signal.aborted) {
    try {
      await once(path, last, signal, onstate, (event) => {
        last = event.id ?? last;
        onevent(event);
      });
    } catch {
      if (signal.aborted) return;
    }
    onstate(false);
    await sleep(PAUSE_MS);
  }
}

async function once(path, last, signal, onstate, onevent) {
  const silence = new AbortController();
  signal.addEventListener("abort", () => silence.abort(), { once: true });
  const headers = { Accept: "text/event-stream" };
  if (last !== null) headers["Last-Event-ID"] = last;
  const answer = await fetch(path, { headers, signal: silence.signal });
  if (!answer.ok) return;
  onstate(true);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let watch = 0;
  try {
    for (;;) {
      clearTimeout(watch);
      watch = setTimeout(() => silence.abort(), SILENCE_MS);
      const { value, done } = await reader.read();
      if (done) return;
      const parts = (rest + value).split("\n\n");
      rest = parts.pop();
      parts.map(parsed).filter(Boolean).forEach(onevent);
    }
  } finally {
    clearTimeout(watch);
  }
}

function parsed(text) {
  const found = { id: null, name: "message", data: "" };
  for (const line of text.split("\n")) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === "id") found.id = value;
    else if (field === "event") found.name = value;
    else if (field === "data") found.data += value;
  }
  return found.data ? { ...found, data: JSON.parse(found.data) } : null;
}
