const body = document.body;
const chosen = new URLSearchParams(location.search).get("lang");
if (chosen === "vi" || chosen === "en") body.dataset.lang = chosen;
document.querySelector(".switch").onclick = () => {
  body.dataset.lang = body.dataset.lang === "vi" ? "en" : "vi";
  document.documentElement.lang = body.dataset.lang;
};
document.querySelectorAll("th").forEach((head, column) => {
  let up = column === 0;
  head.onclick = () => {
    const rows = [...document.querySelectorAll("tbody tr")];
    const key = (row) => row.cells[column].dataset.sort;
    rows.sort((a, b) => (column ? Number(key(a)) - Number(key(b)) : key(a).localeCompare(key(b), "vi")) * (up ? 1 : -1));
    document.querySelector("tbody").append(...rows);
    up = !up;
  };
});
