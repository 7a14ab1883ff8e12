/* Pages over the map. */

const PAGES = { about: aboutBody, population: populationBody, facts: factsBody, grid: gridBody };

function openPage(name) {
  state.page = name;
  paintPage();
  writeHash();
}

function closePage() {
  const box = byId("about");
  if (box.close) box.close();
  else box.removeAttribute("open");
  leavePage();
}

/** Also after Escape, which the browser takes itself. */
function leavePage() {
  if (!state.page) return;
  state.page = null;
  writeHash();
}

function paintPage() {
  const box = byId("about");
  if (!state.page) return;
  const key = [state.page, state.lang, narrow()].concat(state.page === "grid" ? [shownKey(), state.grid, state.year] : []).join();
  if (fresh.page !== key || !box.open) {
    fresh.page = key;
    const focused = box.contains(document.activeElement) ? document.activeElement.id : "";
    fill(
      box,
      h(
        "header",
        null,
        h("h2", { id: "about-title" }, t(state.page)),
        h("button", { type: "button", id: "about-language", lang: state.lang === "en" ? "zh-CN" : "en", on: { click: turnLanguage } }, t("other")),
        h("button", { type: "button", id: "about-close", on: { click: closePage } }, t("close"))
      ),
      h("div", { class: "about-body", tabindex: 0 }, PAGES[state.page]()),
      h("p", { class: "paper-foot" }, [pick(model.title), runText(), byId("review-no").textContent, pick(model.classification)].filter(Boolean).join(" · "))
    );
    box.classList.toggle("whole", state.page === "grid");
    box.classList.toggle("broad", state.page === "facts" || state.page === "grid");
    if (focused) byId(focused).focus();
  }
  if (box.open) return;
  if (box.showModal) box.showModal();
  else box.setAttribute("open", "");
  byId("about-close").focus();
}
