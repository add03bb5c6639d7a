// The desk's address, `/desk/<office>/<petition>?filters`: what one sees can be sent to a colleague, and Back goes back. `room=late` opens
// that room at first.

export function here() {
  const [, , office = "", petition = ""] = location.pathname.split("/");
  const query = new URLSearchParams(location.search);
  const room = query.get("room");
  for (const name of ["lang", "room"]) query.delete(name);
  return { office, petition, query, room };
}

/** Go there; a step that Back undoes, unless `quietly`. */
export function go({ office, petition = "", query }, quietly = false) {
  const path = ["/desk", office, petition].filter(Boolean).join("/");
  const to = `${path}${String(query) && `?${query}`}`;
  if (to === location.pathname + location.search) return;
  history[quietly ? "replaceState" : "pushState"]({}, "", to);
}
