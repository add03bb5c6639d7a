// The service worker of the page to submit a petition: the page and what it is made of, from the network while there is one, else as they
// were last. Nothing else is answered here, and nothing of anybody is kept.

const CACHE = "shell";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((shell) => shell.addAll(SHELL)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  if (event.request.method === "GET" && origin === self.location.origin && SHELL.includes(pathname)) event.respondWith(answer(event.request, pathname));
});

async function answer(request, path) {
  const shell = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) await shell.put(path, fresh.clone());
    return fresh;
  } catch {
    return (await shell.match(path)) ?? Response.error();
  }
}
