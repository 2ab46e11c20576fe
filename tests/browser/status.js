// Opens the operator's page in Chromium: light and dark, on a phone and on a desk. Prints what is wrong, one line each, and ends
// with 1 if there is anything.
//
//   node status.js ADDRESS…      each of a program that runs
//
// FLODE_CHROMIUM is the browser, FLODE_ARTIFACTS a directory for screenshots; NODE_PATH leads to playwright-core and axe-core.
"use strict";

const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const axe = require("axe-core");
const { chromium } = require("playwright-core");

const BROWSER = process.env.FLODE_CHROMIUM || "/usr/bin/chromium";
const ARTIFACTS = process.env.FLODE_ARTIFACTS || fs.mkdtempSync(path.join(os.tmpdir(), "flode-status-"));
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const VIEWS = { tiny: [320, 640], phone: [390, 844], desk: [1280, 900] };
const MAX_BYTES = 50_000;

const wrong = [];
const expect = (holds, what) => { if (!holds) wrong.push(what); };

async function looks(browser, site) {
  for (const [view, [width, height]] of Object.entries(VIEWS)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme, bypassCSP: true });
      const page = await context.newPage();
      page.setDefaultTimeout(60_000);
      let label = `${site} ${view} ${colorScheme}`;
      page.on("console", (line) => expect(line.type() !== "error", `${label}: console: ${line.text()}`));
      page.on("request", (request) => expect(request.url().startsWith(site), `${label}: asks for ${request.url()}`));
      const answer = await page.goto(site);
      const language = await page.locator("html").getAttribute("lang");
      label = `status ${language} ${view} ${colorScheme}`;
      const size = (await answer.body()).length;
      expect(size < MAX_BYTES, `${label}: ${size} bytes`);
      if (view === "desk" && colorScheme === "light") console.log(`${language}: ${size} bytes`);
      expect(await page.locator("script").count() === 0, `${label}: has a script`);
      expect(await page.locator("svg[role=img]").count() > 5, `${label}: no drawing of subscribers`);
      await page.evaluate(axe.source);
      const { violations } = await page.evaluate(() => axe.run());
      for (const { id, help, nodes } of violations) wrong.push(`${label}: ${id}: ${help}: ${nodes[0].html}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      expect(wide <= 0, `${label}: scrolls sideways by ${wide} pixels`);
      await page.screenshot({ path: path.join(ARTIFACTS, `${label.replaceAll(" ", "-")}.png`), fullPage: true });
      await context.close();
    }
  }
}

/** Under its own policy the page has its style, and nothing to complain of. */
async function policy(browser, site) {
  const page = await browser.newPage();
  page.on("console", (line) => expect(line.type() !== "error", `${site}: console: ${line.text()}`));
  await page.goto(site);
  const border = await page.evaluate(() => getComputedStyle(document.querySelector("td")).borderBottomStyle);
  expect(border === "solid", `${site}: is without its style`);
  await page.close();
}

async function main(sites) {
  const browser = await chromium.launch({ executablePath: BROWSER, args: FLAGS, timeout: 60_000 });
  for (const site of sites) {
    await looks(browser, site);
    await policy(browser, site);
  }
  await browser.close();
  console.log(`screenshots: ${ARTIFACTS}`);
  for (const line of wrong) console.log(line);
  return wrong.length === 0 ? 0 : 1;
}

main(process.argv.slice(2)).then((code) => process.exit(code), (error) => { console.error(error); process.exit(1); });
