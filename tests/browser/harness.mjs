// Applications, pages and the checks that every page passes. Invariant: each application has a new database, each page a new visitor, and
// whatever was started is stopped.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const need = (name) => process.env[name] ?? assert.fail(`${name} is not set: run this with \`cargo xtask browser\``);
const modules = createRequire(path.join(need("REBIS_BROWSER_MODULES"), "package.json"));
const { chromium } = modules("playwright-core");
const axe = modules("axe-core");
const shots = need("REBIS_BROWSER_SHOTS");
const root = path.resolve(import.meta.dirname, "../..");
mkdirSync(shots, { recursive: true });

export const looks = [
  { name: "desktop-light", viewport: { width: 1280, height: 800 }, colorScheme: "light" },
  { name: "desktop-dark", viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  { name: "phone-light", viewport: { width: 375, height: 720 }, colorScheme: "light" },
  { name: "phone-dark", viewport: { width: 375, height: 720 }, colorScheme: "dark" },
];

/** Runs an example on a database of its own; `commands` are typed first. */
export async function start(example, { debug = true, upgrade = true, commands = [] } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), "rebis-browser-"));
  const program = path.join(need("REBIS_BROWSER_BIN"), example);
  const env = {
    ...process.env,
    // As `cargo run` sets them: they say where the application's files are.
    CARGO_MANIFEST_DIR: path.join(root, "examples", example),
    CARGO_PKG_NAME: example,
    DATABASE_URL: `sqlite:///${folder}/app.db`,
    REBIS_DEBUG: debug ? "1" : "0",
    SECRET_KEY: "only for the browser tests, 32 bytes",
  };
  const options = { cwd: path.join(root, "examples", example), env };
  for (const command of commands) {
    const child = spawn(program, command, { ...options, stdio: ["ignore", "ignore", "inherit"] });
    const code = await new Promise((done) => child.once("exit", done));
    assert.equal(code, 0, `${example} ${command.join(" ")}`);
  }
  const child = spawn(program, ["run", "--port", "0", ...(upgrade ? ["--upgrade"] : [])], options);
  let said = "";
  const url = await new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`${example} does not listen:\n${said}`)), 30_000);
    const hear = (text) => {
      said += text;
      const address = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (address) {
        clearTimeout(timer);
        found(address[0]);
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.once("exit", (code) => failed(new Error(`${example} ended (${code}):\n${said}`)));
  });
  return {
    url,
    stop: async () => {
      const gone = new Promise((done) => child.once("exit", done));
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The browser, new and with nothing remembered. */
export function launch() {
  const quiet = ["--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
  return chromium.launch({
    executablePath: need("REBIS_BROWSER_CHROMIUM"),
    args: ["--headless", "--no-sandbox", "--disable-gpu", ...quiet],
  });
}

/** A new visitor's page. What the page's scripts or policy complain of fails the test at `done`. */
export async function visit(browser, look = looks[0]) {
  const context = await browser.newContext({ viewport: look.viewport, colorScheme: look.colorScheme });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    const refused = /status of (4\d\d|500)/.test(message.text()) || message.location().url.endsWith("/favicon.ico");
    if (message.type() === "error" && !refused) complaints.push(message.text());
  });
  page.done = async () => {
    assert.deepEqual(complaints, [], "the browser's console");
    await context.close();
  };
  return page;
}

/** No serious fault of accessibility. */
export async function accessible(page, where) {
  await page.evaluate(axe.source);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = result.violations.filter((fault) => ["serious", "critical"].includes(fault.impact));
  const told = serious.map((fault) => `${fault.id}: ${fault.help}\n    ${fault.nodes.map((node) => `${node.target.flat().join(" ")}: ${node.failureSummary}`).join("\n    ")}`);
  assert.deepEqual(told, [], `accessibility of ${where}`);
}

/** Fits the width, is accessible, and is kept as a picture. */
export async function look(page, name, kind) {
  const [width, room] = await page.evaluate(() => [document.scrollingElement.scrollWidth, window.innerWidth]);
  assert.ok(width <= room, `${name} (${kind.name}) is ${width} wide, and there is room for ${room}`);
  await accessible(page, `${name} (${kind.name})`);
  await page.screenshot({ path: path.join(shots, `${name}-${kind.name}.png`) });
}
