"use strict";
for (const tools of document.querySelectorAll(".tools")) {
  const input = tools.querySelector("input");
  const table = document.getElementById(input.dataset.for);
  const body = table.tBodies[0];
  const said = tools.querySelector("output");
  tools.hidden = false;
  const rows = [...body.rows].map((row) => ({ row, text: row.textContent.toLowerCase() }));
  input.addEventListener("input", () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { row, text } of rows) {
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) shown += 1;
    }
    said.textContent = words.length ? `${shown} of ${rows.length} on this page` : "";
  });
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[at];
        return cell.dataset.key === undefined ? cell.textContent : Number(cell.dataset.key);
      };
      const order = (one, other) =>
        typeof one.key === "number" && typeof other.key === "number"
          ? one.key - other.key
          : String(one.key).localeCompare(String(other.key), "en", { numeric: true });
      const sorted = [...body.rows].map((row) => ({ row, key: key(row) })).sort(order);
      if (down) sorted.reverse();
      body.append(...sorted.map(({ row }) => row));
    });
  });
}
