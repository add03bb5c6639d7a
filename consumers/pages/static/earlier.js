// A long timeline comes with its older lines short: what happened and when. They are read whole when somebody asks for them.

import { api } from "/assets/common/core.js";

export const someShort = (lines) => lines.some(({ short }) => short);

/** The lines, short ones whole where they are so among those that are known. */
export function filled(lines, known) {
  const whole = new Map(known.filter(({ short }) => !short).map((item) => [item.id, item]));
  return lines.map((item) => (item.short && whole.get(item.id)) || item);
}

/** The same lines, those before the oldest whole one whole, as far as `url` (with its `?`) gives them at once. */
export async function withEarlier(url, lines) {
  const newest = lines.findLast(({ short }) => short);
  const { status, body } = await api(`${url}&before=${newest.seq + 1}`);
  return status === 200 ? filled(lines, body.timeline) : lines;
}
