// What is kept where and how long: the rows come with the page, from the catalogues of topics and tables.

import { byId, data, el, t } from "/assets/common/core.js";

const kept = (days) => (days ? t("privacy.days", { n: days }) : t("privacy.for-ever"));
const row = ({ where, what, form, days }) => el("tr", {}, el("td", {}, what), el("td", {}, t(`privacy.form-${form}`)), el("td", {}, kept(days)), el("td", {}, el("code", {}, where)));

byId("tiles").hidden = !data.tiles;
byId("tiles").textContent = t("privacy.tiles", { host: data.tiles });
byId("places").replaceChildren(...data.places.map(row));
