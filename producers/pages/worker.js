// The service worker of the citizens' pages. The page to submit a petition and what it is made of: from the network while there is one, else
// as they were last. Nothing else is answered here, and nothing of anybody is kept. What the notifier pushes is shown, and opens its page.

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

/** The same tag takes the place of what it says already, so that a repeat is not shown twice. */
self.addEventListener("push", (event) => {
  const { title, body, link, lang, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, lang, tag, icon: "/assets/common/mark.svg", data: { link } }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(visit(event.notification.data.link));
});

async function visit(link) {
  const { pathname } = new URL(link);
  const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const there = pages.find(({ url }) => new URL(url).pathname === pathname);
  return there ? there.focus() : self.clients.openWindow(link);
}
