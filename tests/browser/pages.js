// Opens the pages in Chromium as people do: light and dark, on a phone and on a desk, with and without a script, by
// keyboard. Prints what is wrong, one line each, and ends with 1 if there is anything.
//
//   node pages.js DIRECTORY…     each with an index.html and the pages it links to
"use strict";

const fs = require("node:fs");
const http = require("node:http");
const path = require("node:path");
const { MAX_BYTES, artifact, expect, inspect, main, open: openSite, views } = require("./chromium.js");

const TYPES = {
  ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
  ".rss": "application/rss+xml; charset=utf-8", ".atom": "application/atom+xml; charset=utf-8",
};

/** Serves a directory under the strictest policy that a page needs; `?xml` says that a feed is XML and no more. */
function serve(directory) {
  const server = http.createServer((request, response) => {
    const [name, query] = decodeURI(request.url).slice(1).split("?");
    const file = path.join(directory, path.basename(name));
    if (!fs.existsSync(file)) { response.writeHead(404).end(); return; }
    response.writeHead(200, {
      "content-type": query === "xml" ? "application/xml" : TYPES[path.extname(file)] || "application/octet-stream",
      "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'none'",
      "x-content-type-options": "nosniff",
    }).end(fs.readFileSync(file));
  });
  return new Promise((ready) => server.listen(0, "127.0.0.1", () => ready(server)));
}

async function open(browser, site, name, options, label) {
  const opened = await openSite(browser, site, options, label);
  await opened.page.goto(site + name);
  return opened;
}

async function looks(browser, site, language, name) {
  for (const { view, colorScheme, options } of views()) {
    const label = `${language} ${name} ${view} ${colorScheme}`;
    const { context, page } = await open(browser, site, name, options, label);
    for (const details of await page.locator("details").all()) await details.evaluate((element) => { element.open = true; });
    const clips = (items) => items.length > 0 && items.every((item) => getComputedStyle(item).overflowY === "clip");
    expect(await page.locator("article, .items > li, .feeds > li").evaluateAll(clips), `${label}: an item may cover others`);
    await inspect(page, label);
    await context.close();
  }
}

async function withoutScript(browser, site, language, name) {
  const label = `${language} ${name} without script`;
  const { context, page } = await open(browser, site, name, { javaScriptEnabled: false }, label);
  for (const hidden of ["#find", ".address button", "#nothing"]) {
    expect(await page.locator(hidden).filter({ visible: true }).count() === 0, `${label}: ${hidden} does nothing, but is there`);
  }
  for (const list of [".feeds > li", "article", ".address code"]) {
    const [all, seen] = [page.locator(list), page.locator(list).filter({ visible: true })];
    expect(await all.count() === await seen.count(), `${label}: not all of ${list} are seen`);
  }
  const code = page.locator(".address code");
  if (await code.count()) {
    await code.click();
    // No script, so only the screen can tell that one click selected the address.
    expect(await code.evaluate((element) => getComputedStyle(element).userSelect) === "all", `${label}: the address is not selected whole`);
  }
  await context.close();
}

async function withKeyboard(browser, site, language, name) {
  const label = `${language} ${name} keyboard`;
  const { context, page } = await open(browser, site, name, { reducedMotion: "reduce" }, label);
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(() => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      const { left, right, top, bottom } = document.activeElement.getBoundingClientRect();
      return {
        what: document.activeElement.outerHTML.slice(0, 80),
        ring: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
        seen: right > 0 && left < innerWidth && bottom > 0 && top < innerHeight,
      };
    });
    expect(focus.ring && focus.seen, `${label}: the focus is not seen on ${focus.what}`);
    if (step === 0) expect(focus.what.includes("skip"), `${label}: the first is ${focus.what}`);
  }
  await context.close();
}

async function withScript(browser, site, language) {
  const label = `${language} script`;
  const options = { permissions: ["clipboard-read", "clipboard-write"] };
  const { context, page } = await open(browser, site, "index.html", options, label);
  const seen = page.locator(".feeds > li").filter({ visible: true });
  const all = await seen.count();
  await page.locator("#find").fill("KULTUR");
  const found = await seen.count();
  expect(found > 0 && found < all, `${label}: the field finds ${found} of ${all}`);
  await page.locator("#find").fill("zzz");
  expect(await page.locator("#nothing").isVisible(), `${label}: nobody says that nothing was found`);
  await page.goto(`${site}kultur.html`);
  await page.locator(".address button").click();
  const address = await page.locator(".address code").textContent();
  expect(await page.evaluate(() => navigator.clipboard.readText()) === address, `${label}: the address is not copied`);
  await context.close();
}

/** What a browser makes of the feed itself. */
async function rawFeeds(browser, site, language) {
  for (const name of ["kultur.rss", "kultur.atom"]) {
    const label = `${language} ${name}`;
    const { context, page } = await open(browser, site, `${name}?xml`, {}, label);
    const shown = await page.evaluate(() => {
      const style = (css) => getComputedStyle(document.querySelector(css));
      return {
        title: style("channel > title, feed > title").fontSize,
        words: getComputedStyle(document.querySelector("channel, feed"), "::before").content,
        id: style("guid, entry > id").display,
      };
    });
    expect(parseFloat(shown.title) > 30 && shown.words.length > 20 && shown.id === "none", `${label}: ${JSON.stringify(shown)}`);
    await page.screenshot({ path: artifact(`${label}.png`) });
    // Under its own type Chromium shows the source; it must not save a file.
    await page.goto(site + name);
    expect((await page.locator("body").textContent()).includes("<?xml"), `${label}: is not shown`);
    await context.close();
  }
}

async function prints(browser, site, language, name) {
  const { context, page } = await open(browser, site, name, { colorScheme: "dark" }, `${language} ${name} print`);
  await page.emulateMedia({ media: "print" });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(paper === "rgb(255, 255, 255)", `${language} ${name}: prints on ${paper}`);
  for (const useless of [".skip", "summary", ".find", ".jump", ".address button"]) {
    expect(await page.locator(useless).filter({ visible: true }).count() === 0, `${language} ${name}: prints ${useless}`);
  }
  await page.pdf({ path: artifact(`${language}-${name}.pdf`), format: "A4" });
  await context.close();
}

main(async (browser, directory) => {
  const server = await serve(directory);
  const site = `http://127.0.0.1:${server.address().port}/`;
  const language = /<html lang="(\w+)"/.exec(fs.readFileSync(path.join(directory, "index.html"), "utf8"))[1];
  for (const name of ["index.html", "kultur.html", "konstigt.html"]) {
    const { size } = fs.statSync(path.join(directory, name));
    expect(size < MAX_BYTES, `${language} ${name}: ${size} bytes`);
    await looks(browser, site, language, name);
    await withoutScript(browser, site, language, name);
    await prints(browser, site, language, name);
  }
  await withKeyboard(browser, site, language, "index.html");
  await withKeyboard(browser, site, language, "kultur.html");
  await withScript(browser, site, language);
  await rawFeeds(browser, site, language);
  server.close();
  server.closeAllConnections();
});
