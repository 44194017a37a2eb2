"use strict";
(() => {
  const find = (id) => document.getElementById(id);
  const table = document.querySelector("table");
  const card = find("card");
  const box = find("filter");
  const chips = [...document.querySelectorAll(".chip")];
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.querySelectorAll("tbody tr:not(.section)")].map((row) => {
    const cells = [...row.querySelectorAll("td")];
    const words = [row.dataset.name, row.cells[0].dataset.about];
    for (const cell of cells) words.push(cell.className, cell.dataset.native, cell.dataset.notes);
    return { row, cells, text: words.join("\n").toLowerCase() };
  });
  const statusOf = new Map(rows.flatMap(({ cells }) => cells.map((cell) => [cell, cell.className])));
  let home = null;

  // Filtering: every word must be somewhere in the row; pressed chips choose among its statuses.
  function apply() {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    const wanted = new Set(chips.filter((chip) => chip.ariaPressed === "true").map((chip) => chip.dataset.status));
    let shown = 0;
    for (const { row, cells, text } of rows) {
      const fits = (cell) => !wanted.size || wanted.has(statusOf.get(cell));
      row.hidden = !(words.every((word) => text.includes(word)) && cells.some(fits));
      for (const cell of cells) cell.classList.toggle("faded", !fits(cell));
      if (!row.hidden) shown += 1;
    }
    for (const body of table.tBodies) body.hidden = ![...body.rows].some((row) => !row.hidden && row.className !== "section");
    find("nothing").hidden = shown > 0;
    find("shown").textContent = shown === rows.length ? `${shown} fields` : `${shown} of ${rows.length} fields`;
    hide();
    settle();
  }

  // One cell at a time is in the tab order; arrows move between them.
  function settle() {
    if (home && !home.closest("tr").hidden) return;
    if (home) home.tabIndex = -1;
    const first = rows.find(({ row }) => !row.hidden);
    home = first ? first.cells[0] : null;
    if (home) home.tabIndex = 0;
  }

  function go(cell) {
    if (!cell) return;
    if (home) home.tabIndex = -1;
    home = cell;
    home.tabIndex = 0;
    home.focus();
    home.scrollIntoView({ block: "nearest", inline: "nearest" });
    show(home);
  }

  function step(cell, down, right) {
    const visible = rows.filter(({ row }) => !row.hidden);
    const at = visible.findIndex(({ cells }) => cells.includes(cell));
    const column = visible[at].cells.indexOf(cell);
    const row = visible[Math.min(Math.max(at + down, 0), visible.length - 1)];
    return row.cells[Math.min(Math.max(column + right, 0), row.cells.length - 1)];
  }

  // The card beside a cell. Everything from outside is set as text.
  function list(id, text) {
    const items = text.split("\n").filter(Boolean).map((line) => {
      const item = document.createElement("li");
      item.textContent = line;
      return item;
    });
    find(id).replaceChildren(...items);
  }

  function show(cell) {
    const row = cell.closest("tr");
    const status = statusOf.get(cell);
    find("card-field").textContent = row.dataset.name;
    find("card-status").textContent = status;
    find("card-status").className = `badge ${status}`;
    find("card-about").textContent = row.cells[0].dataset.about;
    list("card-native", cell.dataset.native);
    find("card-filters").textContent = cell.dataset.filters;
    list("card-notes", cell.dataset.notes);
    find("card-place").textContent = cell.dataset.place;
    document.querySelector("[aria-describedby]")?.removeAttribute("aria-describedby");
    cell.setAttribute("aria-describedby", "card");
    heads.forEach((head, index) => head.classList.toggle("here", index === cell.cellIndex));
    card.hidden = false;
    place(cell.getBoundingClientRect());
  }

  function place(around) {
    const { width, height } = card.getBoundingClientRect();
    const left = Math.max(16, Math.min(around.left, innerWidth - width - 16));
    const below = around.bottom + 8;
    const top = below + height < innerHeight - 8 ? below : Math.max(8, around.top - height - 8);
    card.style.left = `${left}px`;
    card.style.top = `${top}px`;
  }

  function hide() {
    card.hidden = true;
    for (const head of heads) head.classList.remove("here");
  }

  const moves = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1],
    PageDown: [10, 0], PageUp: [-10, 0], Home: [0, -1e6], End: [0, 1e6] };
  table.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td");
    const move = moves[event.key];
    if (!cell || !move || event.altKey || event.metaKey) return;
    event.preventDefault();
    go(step(cell, ...move));
  });
  table.addEventListener("mouseover", (event) => {
    const cell = event.target.closest("td");
    if (cell) show(cell); else hide();
  });
  table.addEventListener("mouseleave", hide);
  table.addEventListener("focusin", (event) => { if (event.target.matches("td")) show(event.target); });
  table.addEventListener("focusout", hide);
  table.addEventListener("click", (event) => { const cell = event.target.closest("td"); if (cell) go(cell); });
  document.querySelector("main").addEventListener("scroll", () => {
    if (document.activeElement.matches("td") && !card.hidden) show(document.activeElement);
    else hide();
  }, { passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
    if (event.key === "/" && document.activeElement !== box) { event.preventDefault(); box.focus(); box.select(); }
  });
  box.addEventListener("input", apply);
  for (const chip of chips) {
    chip.addEventListener("click", () => {
      chip.ariaPressed = chip.ariaPressed === "true" ? "false" : "true";
      apply();
    });
  }
  find("names").addEventListener("change", (event) => table.toggleAttribute("data-names", event.target.checked));
  find("clear").addEventListener("click", () => {
    box.value = "";
    for (const chip of chips) chip.ariaPressed = "false";
    apply();
    box.focus();
  });
  apply();
})();
