// What the checks of pages in Chromium have in common: the browser, how people look at a page, and what is told in the end.
//
// FLODE_CHROMIUM is the browser, FLODE_ARTIFACTS a directory for screenshots; NODE_PATH leads to playwright-core and axe-core.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const axe = require("axe-core");
const { chromium } = require("playwright-core");

const BROWSER = process.env.FLODE_CHROMIUM || "/usr/bin/chromium";
const ARTIFACTS = process.env.FLODE_ARTIFACTS || fs.mkdtempSync(path.join(os.tmpdir(), "flode-browser-"));
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const VIEWS = { tiny: [320, 640], phone: [390, 844], desk: [1280, 900] };
const MAX_BYTES = 50_000;

const wrong = [];
const expect = (holds, what) => { if (!holds) wrong.push(what); };

/** A page of its own context that tells of everything it should not do; `label` may become better known later. */
async function open(browser, site, options, label) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  page.on("console", (line) => expect(line.type() !== "error", `${label}: console: ${line.text()}`));
  page.on("pageerror", (error) => wrong.push(`${label}: ${error}`));
  page.on("dialog", (dialog) => { wrong.push(`${label}: a dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => expect(request.url().startsWith(site), `${label}: asks for ${request.url()}`));
  return { context, page };
}

/** Each way to look at a page: on a phone and on a desk, light and dark. */
function* views() {
  for (const [view, [width, height]] of Object.entries(VIEWS)) {
    for (const colorScheme of ["light", "dark"]) {
      yield { view, colorScheme, options: { viewport: { width, height }, colorScheme } };
    }
  }
}

/** Accessible, and no wider than the window. */
async function inspect(page, label) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => axe.run());
  for (const { id, help, nodes } of violations) wrong.push(`${label}: ${id}: ${help}: ${nodes[0].html}`);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(wide <= 0, `${label}: scrolls sideways by ${wide} pixels`);
  await page.screenshot({ path: artifact(`${label}.png`), fullPage: true });
}

const artifact = (name) => path.join(ARTIFACTS, name.replaceAll(" ", "-"));

/** Checks each of what the program was given; prints what is wrong, one line each, and ends with 1 if there is anything. */
async function run(check) {
  const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS, timeout: 60_000 });
  for (const given of process.argv.slice(2)) await check(browser, given);
  await browser.close();
  console.log(`screenshots: ${ARTIFACTS}`);
  for (const line of wrong) console.log(line);
  process.exit(wrong.length === 0 ? 0 : 1);
}

const main = (check) => run(check).catch((error) => { console.error(error); process.exit(1); });

module.exports = { MAX_BYTES, artifact, expect, inspect, main, open, views };
