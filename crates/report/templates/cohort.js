"use strict";
// The table of a cohort: all cases are in the page as columns, and as many rows as fit a screen or two are drawn.
const ROWS = 100;
const find = (selector) => document.querySelector(selector);
const data = JSON.parse(find("#data").textContent);
const form = find(".filter"), pager = find(".pager"), body = find(".cases tbody");
const all = data.cases.map((_, at) => at);
const number = (value) => value.toLocaleString("en");
const element = (tag, className, ...inside) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...inside);
  return made;
};

// A finding is the number of its sentence's pattern, and the numbers in it: "7 17.6 7.3".
const codes = data.findings.map((line) => (line ? line.split(";") : []));
const pattern = (code) => data.patterns[parseInt(code, 10)];
const sentence = (code) => {
  const numbers = code.split(" ");
  return pattern(code).pieces.map((piece, at) => (at ? numbers[at] + piece : piece)).join("");
};
// Warnings weigh more than any number of notices.
const weights = codes.map((found) => found.reduce((sum, code) => sum + (pattern(code).warning ? 1000 : 1), 0));

// Columns that sort the table, in the order of its heads.
const columns = [
  { values: data.cases, isText: true },
  ...data.texts.map((values) => ({ values, isText: true })),
  ...data.numbers.map(({ values }) => ({ values })),
  { values: weights },
];
const collator = new Intl.Collator("en", { numeric: true });
const state = { rows: all, page: 0, sorted: columns.length - 1, down: true };

// What a search looks through; made when it is first needed.
let texts = null;
const textOf = (at) =>
  [data.cases[at], ...data.texts.map((values) => values[at]), ...codes[at].map(sentence)].join("\n").toLowerCase();

const matching = () => {
  const words = form.words.value.toLowerCase().split(/\s+/).filter((word) => word);
  const kind = form.kind.value;
  const found = {
    "": () => true,
    some: (at) => codes[at].length > 0,
    none: (at) => codes[at].length === 0,
  }[kind] ?? ((at) => codes[at].some((code) => pattern(code).kind === Number(kind)));
  if (words.length) texts ??= all.map(textOf);
  return all.filter((at) => found(at) && words.every((word) => texts[at].includes(word)));
};

// Cases without a value stay at the end, and equals in the order of their names.
const compare = ({ values, isText }, down) => (a, b) => {
  const [x, y] = [values[a], values[b]];
  if (x === null || y === null) return (x === null) - (y === null) || a - b;
  const order = isText ? collator.compare(x, y) : x - y;
  return (down ? -order : order) || a - b;
};

const link = (templates, which, at) =>
  which[at] === null ? null : templates[which[at]].replaceAll("*", () => encodeURIComponent(data.cases[at]));

const row = (at) => {
  const name = data.cases[at];
  const cells = [];
  if (data.thumbnails.length) {
    const source = link(data.thumbnails, data.thumbnail, at);
    const image = element("img");
    Object.assign(image, { loading: "lazy", width: 64, height: 64, alt: `Labels of ${name} outlined` });
    if (source) image.src = source;
    cells.push(element("td", "picture", ...(source ? [image] : [])));
  }
  const page = link(data.reports, data.report, at);
  const anchor = page ? element("a", "", name) : name;
  if (page) anchor.href = page;
  const head = element("th", "", anchor);
  head.scope = "row";
  cells.push(head);
  for (const values of data.texts) {
    const text = values[at] ?? "–";
    cells.push(element("td", text.length < 12 ? "who whole" : "who", text));
  }
  for (const { values, decimals } of data.numbers) {
    cells.push(element("td", "", values[at] === null ? "–" : values[at].toFixed(decimals)));
  }
  cells.push(element("td", "", String(codes[at].length)));
  const found = codes[at].map((code) => element("li", "", sentence(code)));
  cells.push(element("td", "note", ...(found.length ? [element("ul", "", ...found)] : [])));
  return element("tr", "", ...cells);
};

const draw = () => {
  const { rows, page } = state;
  const first = page * ROWS, last = Math.min(first + ROWS, rows.length);
  const pages = Math.max(1, Math.ceil(rows.length / ROWS));
  body.replaceChildren(...rows.slice(first, last).map(row));
  const of = `${number(rows.length)}${rows.length < all.length ? ` of ${number(all.length)}` : ""} cases`;
  find(".shown").textContent = pages > 1 ? `${number(first + 1)} to ${number(last)} of ${of}` : of;
  pager.hidden = pages === 1;
  pager.querySelector("input").value = page + 1;
  pager.querySelector("input").max = pages;
  pager.querySelector("output").textContent = number(pages);
  pager.querySelector(".before").disabled = page === 0;
  pager.querySelector(".after").disabled = page + 1 === pages;
};

const heads = [...document.querySelectorAll(".cases thead button")].map((button) => button.parentElement);
const refresh = () => {
  heads.forEach((head) => head.removeAttribute("aria-sort"));
  heads[state.sorted].setAttribute("aria-sort", state.down ? "descending" : "ascending");
  state.rows = matching().sort(compare(columns[state.sorted], state.down));
  state.page = 0;
  draw();
};
const turn = (page) => {
  const last = Math.ceil(state.rows.length / ROWS) - 1;
  state.page = Math.max(0, Math.min(last, Math.trunc(page) || 0));
  draw();
};

heads.forEach((head, at) => {
  head.firstElementChild.addEventListener("click", () => {
    // Findings are of interest where there are most.
    const isFirst = state.sorted !== at;
    state.down = isFirst ? at === columns.length - 1 : !state.down;
    state.sorted = at;
    refresh();
  });
});
form.addEventListener("input", refresh);
form.addEventListener("submit", (event) => event.preventDefault());
pager.querySelector(".before").addEventListener("click", () => turn(state.page - 1));
pager.querySelector(".after").addEventListener("click", () => turn(state.page + 1));
pager.querySelector("input").addEventListener("change", (event) => turn(event.target.value - 1));
for (const more of document.querySelectorAll("[data-kind]")) {
  more.addEventListener("click", () => {
    form.kind.value = more.dataset.kind;
    refresh();
  });
}
form.hidden = all.length < 2;
refresh();
