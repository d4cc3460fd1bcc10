/** What every desk page loads. Each behaviour is a module of its own; a page works without any of them. */
import "./styles/desk.scss";
import { startPartialPages } from "./partialPages";
import { enhance, enhanceAll } from "./enhance";
import { copyMasked } from "./behaviours/copyMasked";
import { startDialogs } from "./behaviours/dialogs";
import { gridKeys } from "./behaviours/gridKeys";
import { startHotkeys } from "./behaviours/hotkeys";
import { startKeptText } from "./behaviours/keptText";
import { startMenus } from "./behaviours/menus";
import { monthKeys } from "./behaviours/monthKeys";
import { keyboardRows } from "./behaviours/rowKeys";
import { carryQuery, sendAsShown, submitOnChange } from "./behaviours/forms";
import { reachableScroll } from "./behaviours/scrollable";
import { selection } from "./behaviours/selection";
import { startSentOnce } from "./behaviours/sentOnce";
import { sideSheet } from "./behaviours/sideSheet";
import { themeSwitch } from "./behaviours/themeSwitch";
import { fadingNote } from "./behaviours/toasts";

enhance("[data-theme-choice]", themeSwitch);
enhance("[data-side-sheet]", sideSheet);
enhance("[data-submit-on-change]", submitOnChange);
enhance("[data-carry-query]", carryQuery);
enhance("[data-as-shown]", sendAsShown);
enhance("table[data-rows]", keyboardRows);
enhance("table[data-grid-keys]", gridKeys);
enhance("table[data-month-keys]", monthKeys);
enhance("[data-selection]", selection);
enhance(".list-scroll", reachableScroll);
enhance("[data-copy]", copyMasked);
enhance("[data-fades]", fadingNote);
// Large parts are fetched only by the pages that need them.
enhance("[data-chart]", (figure) => void import("./charts/draw").then(({ drawChart }) => drawChart(figure)));
enhance("[data-county-map]", (place) => void import("./maps/countyMap").then(({ drawCountyMap }) => drawCountyMap(place)));
enhance("[data-upload]", (zone) => void import("./upload/zone").then(({ uploadZone }) => uploadZone(zone)));

startMenus();
startDialogs();
startHotkeys();
startSentOnce();
startKeptText();
startPartialPages(enhanceAll);
enhanceAll(document);
