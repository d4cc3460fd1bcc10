"use strict";
(() => {
  const rows = JSON.parse(document.getElementById("findings").textContent);
  const { words, filters: names } = JSON.parse(document.getElementById("texts").textContent);
  const list = document.getElementById("list"), more = document.getElementById("more"), none = document.getElementById("none");
  const chips = document.getElementById("chips"), clear = document.getElementById("clear"), shown = document.getElementById("shown");
  const search = document.getElementById("search");
  const field = { town: "t", culprit: "c", rule: "r", group: "g", severity: "s" };
  const order = ["zh-Hans", "zh-Hant", "en"], step = 50;
  let chosen = {}, limit = step, language = 0;

  const word = (name) => { const w = words[name]; return w ? [w.zh, w.hant, w.en][language] : name; };
  const spoken = (value) => Array.isArray(value) ? value[language] : value;
  const bracketed = (text) => language === 2 ? ` (${text})` : `（${text}）`;
  const element = (tag, text, cls) => { const e = document.createElement(tag); if (text) e.textContent = text; if (cls) e.className = cls; return e; };
  const called = (kind, value) => {
    const label = names[kind] && names[kind][value];
    return label ? [label.zh, label.hant, label.en][language] : kind === "group" ? word("group." + value) : word(value);
  };

  const fits = (row, text) => Object.entries(chosen).every(([kind, value]) => row[field[kind]] === value)
    && (!text || [row.m[language], row.p, row.h, row.tn, row.v, row.n, row.r, spoken(row.a)].join(" ").toLowerCase().includes(text));

  const line = (row) => {
    const box = element("details", "", "finding"), head = element("summary");
    head.append(element("span", word(row.s), "tag sev-" + row.s), element("span", row.m[language]));
    head.append(element("span", [row.tn, row.v, row.p].filter(Boolean).join(" · "), "who"));
    box.append(head);
    box.addEventListener("toggle", () => {
      if (!box.open || box.children.length > 1) return;
      const facts = element("dl");
      const fact = (name, value) => { if (value) facts.append(element("dt", word(name)), element("dd", value)); };
      fact("hint", row.w[language]);
      fact("place", spoken(row.a));
      fact("candidates", spoken(row.x));
      fact("culprit", row.cn && row.cn + (row.cp ? bracketed(row.cp) : ""));
      fact("evidence", spoken(row.e));
      fact("household_head", row.h);
      fact("deadline", row.l == null ? "" : word("workdays").replace("{n}", row.l));
      facts.append(element("dt", row.n), element("dd", [row.r, word(row.d), row.i].filter(Boolean).join(" · ")));
      box.append(facts);
    });
    return box;
  };

  const draw = () => {
    const text = search.value.trim().toLowerCase(), found = rows.filter((row) => fits(row, text));
    list.replaceChildren(...found.slice(0, limit).map(line));
    more.hidden = found.length <= limit;
    none.hidden = found.length > 0;
    shown.textContent = `${found.length.toLocaleString()} / ${rows.length.toLocaleString()}`;
    chips.replaceChildren(...Object.entries(chosen).map(([kind, value]) => {
      const chip = element("button", called(kind, value) + " ✕", "chip");
      chip.addEventListener("click", () => { delete chosen[kind]; limit = step; draw(); });
      return chip;
    }));
    clear.hidden = !Object.keys(chosen).length && !text;
  };

  const speak = (tag) => {
    language = order.indexOf(tag);
    document.documentElement.dataset.lang = tag;
    document.documentElement.lang = tag;
    document.title = word("title");
    search.placeholder = word("search");
    document.querySelectorAll("[data-label]").forEach((e) => e.setAttribute("aria-label", word(e.dataset.label)));
    document.querySelectorAll("[data-count]").forEach((e) => { e.title = `${word(e.dataset.severity)} ${e.dataset.count}`; });
    document.querySelectorAll("[data-set-lang]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.setLang === tag)));
    draw();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.setLang) speak(button.dataset.setLang);
    else if ("print" in button.dataset) window.print();
    else if (button.dataset.filter) {
      chosen = { [button.dataset.filter]: button.dataset.value };
      if (button.dataset.filter2) chosen[button.dataset.filter2] = button.dataset.value2;
      limit = step;
      draw();
      list.closest("section").scrollIntoView({ behavior: "smooth" });
      list.focus({ preventScroll: true });
    }
  });
  more.addEventListener("click", () => { limit += step; draw(); });
  clear.addEventListener("click", () => { chosen = {}; search.value = ""; limit = step; draw(); });
  search.addEventListener("input", () => { limit = step; draw(); });
  speak(document.documentElement.dataset.lang);
})();
