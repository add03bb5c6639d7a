// Which of a case's clocks is due next.

/** `{name, started_at, due_at, paused}` of the running clock that is due first; a paused one when all are; null without clocks. */
export function nextDue({ clocks }) {
  const own = clocks.filter(({ name }) => name !== "rating").sort((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at));
  const found = own.find((clock) => !clock.paused_at) ?? own[0];
  return found ? { ...found, paused: Boolean(found.paused_at) } : null;
}
