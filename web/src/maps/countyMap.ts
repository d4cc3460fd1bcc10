/**
 * The county by town, from the county's own GeoJSON: no tiles, no server, nothing beyond the county.
 * <div data-county-map> holds one script of GeoJSON (a feature per town with properties `name`, `value`, `url`).
 */
import "leaflet/dist/leaflet.css";
import { geoJSON, map, type Path } from "leaflet";
import type { FeatureCollection } from "geojson";
import { mix, shareOf } from "./shade";

interface Town {
  name: string;
  value: number;
  url?: string;
}

export function drawCountyMap(place: HTMLElement): void {
  const source = place.querySelector("script[type='application/json']")?.textContent;
  if (!source) return;
  const towns = JSON.parse(source) as FeatureCollection;
  const townOf = (feature: { properties: unknown } | undefined) => feature?.properties as Town;
  const values = towns.features.map((feature) => townOf(feature).value);

  const surface = document.createElement("div");
  surface.className = "county-map";
  place.prepend(surface);
  place.querySelector("details")?.removeAttribute("open");
  const sheet = map(surface, { attributionControl: false, scrollWheelZoom: false, zoomSnap: 0.25 });
  const layer = geoJSON(towns, {
    onEachFeature: (feature, drawn) => {
      const { name, value, url } = townOf(feature);
      drawn.bindTooltip(`${name} ${value}`, { permanent: true, direction: "center", className: "map-label" });
      if (url) drawn.on("click", () => location.assign(url));
    },
  }).addTo(sheet);
  const paint = () => {
    const style = getComputedStyle(place);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    layer.setStyle((feature) => ({
      weight: 1,
      color: colour("--surface"),
      fillOpacity: 0.85,
      fillColor: mix(colour("--heat-0"), colour("--heat-1"), shareOf(townOf(feature).value, values)),
    }));
  };
  paint();
  sheet.fitBounds(layer.getBounds(), { padding: [12, 12] });
  layer.eachLayer((drawn) => {
    const shape = (drawn as Path).getElement();
    const { name, value, url } = townOf((drawn as unknown as { feature: { properties: unknown } }).feature);
    if (!shape || !url) return;
    shape.setAttribute("tabindex", "0");
    shape.setAttribute("role", "link");
    shape.setAttribute("aria-label", `${name} ${value}`);
    shape.addEventListener("keydown", (event) => (event as KeyboardEvent).key === "Enter" && location.assign(url));
  });
  new MutationObserver(paint).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
}
