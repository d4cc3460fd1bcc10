/** Words the scripts show. The server translates them into <script type="application/json" id="desk-texts">. */
let table: Record<string, string> | undefined;

/** The text of `key`, with {name} replaced by facts. A key the server did not send is shown as itself. */
export function text(key: string, facts: Record<string, string | number> = {}): string {
  if (table === undefined) {
    const source = document.getElementById("desk-texts")?.textContent;
    table = source ? (JSON.parse(source) as Record<string, string>) : {};
  }
  return (table[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(facts[name] ?? whole));
}
