// The desk's address, `/desk/<office>/<petition>?filters`: what one sees can be sent to a colleague, and Back goes back.

export function here() {
  const [, , office = "", petition = ""] = location.pathname.split("/");
  const query = new URLSearchParams(location.search);
  query.delete("lang");
  return { office, petition, query };
}

/** Go there; a step that Back undoes, unless `quietly`. */
export function go({ office, petition = "", query }, quietly = false) {
  const path = ["/desk", office, petition].filter(Boolean).join("/");
  const to = `${path}${String(query) && `?${query}`}`;
  if (to === location.pathname + location.search) return;
  history[quietly ? "replaceState" : "pushState"]({}, "", to);
}
