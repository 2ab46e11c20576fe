// Opens the operator's page in Chromium: light and dark, on a phone and on a desk. Prints what is wrong, one line each, and ends
// with 1 if there is anything.
//
//   node status.js ADDRESS…      each of a program that runs
"use strict";

const { MAX_BYTES, expect, inspect, main, open, views } = require("./chromium.js");

async function looks(browser, site) {
  for (const { view, colorScheme, options } of views()) {
    const { context, page } = await open(browser, site, { ...options, bypassCSP: true }, `${site} ${view} ${colorScheme}`);
    const answer = await page.goto(site);
    const language = await page.locator("html").getAttribute("lang");
    const label = `status ${language} ${view} ${colorScheme}`;
    const size = (await answer.body()).length;
    expect(size < MAX_BYTES, `${label}: ${size} bytes`);
    if (view === "desk" && colorScheme === "light") console.log(`${language}: ${size} bytes`);
    expect(await page.locator("script").count() === 0, `${label}: has a script`);
    expect(await page.locator("svg[role=img]").count() > 5, `${label}: no drawing of subscribers`);
    const whole = (tables) => tables.every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth);
    expect(view !== "desk" || await page.locator(".wide").evaluateAll(whole), `${label}: a table is wider than the page`);
    await inspect(page, label);
    await context.close();
  }
}

/** Under its own policy the page has its style, and nothing to complain of. */
async function policy(browser, site) {
  const { context, page } = await open(browser, site, {}, site);
  await page.goto(site);
  const border = await page.evaluate(() => getComputedStyle(document.querySelector("td")).borderBottomStyle);
  expect(border === "solid", `${site}: is without its style`);
  await context.close();
}

main(async (browser, site) => {
  await looks(browser, site);
  await policy(browser, site);
});
