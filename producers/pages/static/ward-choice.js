// Choosing the ward on a map, drawn when somebody opens it; the field beside it says the same in words.

import { byId } from "/assets/common/core.js";
import { wardMap } from "/assets/common/ward-map.js";

/** `ward`: the field, as `combobox` gives it. */
export function mapFor(ward) {
  const part = byId("ward-map");
  part.addEventListener("toggle", async () => {
    if (!part.open || part.dataset.drawn) return;
    part.dataset.drawn = "true";
    const map = await wardMap((code) => {
      ward.set(code);
      map.mark(code);
      part.dispatchEvent(new Event("change", { bubbles: true })); // as if it had been chosen in the field
    });
    map.mark(ward.value());
    part.append(map.place);
  });
}
