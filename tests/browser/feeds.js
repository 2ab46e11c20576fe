// Reads feeds as programs in Node do: for each parser and file, what it says of the feed and its entries, as JSON.
const fs = require("fs");
const path = require("path");
const { parseFeed } = require("@rowanmanning/feed-parser");
const RssParser = require("rss-parser");

const time = (text) => (text ? new Date(text).toISOString() : null);

const readers = {
  "feed-parser": async (text) => {
    const feed = parseFeed(text);
    const entry = (item) => ({
      id: item.id,
      title: item.title,
      link: item.url,
      published: time(item.published),
      categories: item.categories.map((category) => category.term).sort(),
      text: item.content ?? item.description,
    });
    return { title: feed.title, link: feed.url, self: feed.self, language: feed.language, entries: feed.items.map(entry) };
  },
  "rss-parser": async (text) => {
    const feed = await new RssParser().parseString(text);
    // Of Atom it knows no categories.
    const entry = (item) => ({
      id: item.guid ?? item.id,
      title: item.title,
      link: item.link ?? null,
      published: time(item.isoDate && item.pubDate),
    });
    return { title: feed.title, link: feed.link, entries: feed.items.map(entry) };
  },
};

(async () => {
  const told = {};
  for (const [reader, read] of Object.entries(readers)) {
    told[reader] = {};
    for (const file of process.argv.slice(2)) {
      told[reader][path.basename(file)] = await read(fs.readFileSync(file, "utf8"));
    }
  }
  console.log(JSON.stringify(told));
})().catch((error) => {
  console.error(error);
  process.exit(1);
});
