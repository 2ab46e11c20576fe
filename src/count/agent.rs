//! What a `User-Agent` says of who asks: a service that reads for many, a program that reads for nobody, or a reader.

/// Bytes of a `User-Agent` that are looked at.
const LONGEST: usize = 512;

/// Services that read a feed once for all their users: what their `User-Agent` has in it, in lower case.
const SERVICES: [&str; 20] = [
    "feedly",
    "inoreader",
    "newsblur",
    "theoldreader",
    "feedbin",
    "bazqux",
    "feedhq",
    "feeder.co",
    "feedspot",
    "netvibes",
    "bloglovin",
    "g2reader",
    "newsgator",
    "superfeedr",
    "commafeed",
    "digg feed fetcher",
    "feed wrangler",
    "minimalreader",
    "protopage",
    "flipboard",
];

/// What programs call themselves that read for nobody in particular: search engines, previews, watchmen.
const CRAWLERS: [&str; 14] = [
    "crawler",
    "spider",
    "slurp",
    "archiver",
    "facebookexternalhit",
    "preview",
    "validator",
    "monitor",
    "uptime",
    "pingdom",
    "statuscake",
    "kube-probe",
    "healthcheck",
    "health check",
];

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Agent {
    /// A service that says how many read by it.
    Service {
        /// Which; all that are not known by name are one.
        service: u8,
        /// What it calls the feed, where it names it.
        id: String,
        /// How many; not bounded yet.
        subscribers: u32,
    },
    /// A program that reads for nobody, or a service that does not say for how many.
    Crawler,
    /// Somebody's reader.
    Reader,
}

impl Agent {
    /// What this `User-Agent` says.
    pub(super) fn of(header: &[u8]) -> Self {
        let text: String = header.iter().take(LONGEST).map(|byte| char::from(*byte).to_ascii_lowercase()).collect();
        let known = SERVICES.iter().position(|service| text.contains(service));
        let service = known.and_then(|place| u8::try_from(place).ok());
        match subscribers(&text) {
            Some(subscribers) => Self::Service { service: service.unwrap_or(u8::MAX), id: feed_id(&text), subscribers },
            None if service.is_some() || is_crawler(&text) => Self::Crawler,
            None => Self::Reader,
        }
    }
}

/// The number in `16 subscribers`, `1 subscriber`, `1,234 subscribers` or `subscribers: 16`.
fn subscribers(text: &str) -> Option<u32> {
    let (before, after) = text.split_once("subscriber")?;
    let before = before.trim_end();
    let digits = |c: char| c.is_ascii_digit() || c == ',';
    let start = before.trim_end_matches(digits);
    let leading = before.strip_prefix(start).unwrap_or_default();
    let after = after.trim_start_matches('s').trim_start_matches([':', '=', ' ']);
    let trailing = after.split(|c: char| !digits(c)).next().unwrap_or_default();
    [leading, trailing].into_iter().find_map(|number| {
        let number: String = number.chars().filter(char::is_ascii_digit).collect();
        // What is too long for a number is a large one.
        (!number.is_empty()).then(|| number.parse().unwrap_or(u32::MAX))
    })
}

/// The word after `feed-id=`, `feed-id:` or `feedid:`.
fn feed_id(text: &str) -> String {
    let rest = ["feed-id", "feedid"].iter().find_map(|mark| text.split_once(mark));
    let rest = rest.map_or("", |(_, rest)| rest).trim_start_matches([':', '=', ' ']);
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

/// `Googlebot/2.1`, `bot`, not `Botkyrka`.
fn is_crawler(text: &str) -> bool {
    let bot = |(at, word): (usize, &str)| {
        let next = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        next.is_none_or(|c| !c.is_ascii_alphabetic())
    };
    text.match_indices("bot").any(bot) || CRAWLERS.iter().any(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_say_how_many_read_by_them() {
        for (header, name, id, number) in [
            (
                "Feedly/1.0 (+http://www.feedly.com/fetcher.html; 16 subscribers; like FeedFetcher-Google)",
                "feedly",
                "",
                16,
            ),
            ("Inoreader/1.0 (+http://www.inoreader.com/feed-fetcher; 1 subscriber; )", "inoreader", "", 1),
            (
                "NewsBlur Feed Fetcher - 12 subscribers - http://www.newsblur.com/site/1/x (Mozilla/5.0)",
                "newsblur",
                "",
                12,
            ),
            ("Mozilla/5.0 (compatible; theoldreader.com; 3 subscribers; feed-id=5f3a)", "theoldreader", "5f3a", 3),
            ("Feedbin feed-id:1373711 - 142 subscribers", "feedbin", "1373711", 142),
            ("Netvibes (http://www.netvibes.com/; 4 subscribers; feedID: 2345)", "netvibes", "2345", 4),
            ("BazQux/2.4 (+https://bazqux.com/fetcher; 1,234 subscribers)", "bazqux", "", 1234),
            ("Nyläsaren/1.0 (subscribers: 7)", "", "", 7),
            ("Feedly/1.0 (99999999999999999999 subscribers)", "feedly", "", u32::MAX),
        ] {
            let place = SERVICES.iter().position(|service| *service == name);
            let service = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
            let want = Agent::Service { service, id: id.to_owned(), subscribers: number };
            assert_eq!(Agent::of(header.as_bytes()), want, "{header}");
        }
    }

    #[test]
    fn others_are_readers_or_crawlers() {
        for (header, want) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.0", Agent::Reader),
            ("FreshRSS/1.24.0 (Linux; https://freshrss.org)", Agent::Reader),
            ("Botkyrka kommun/1.0", Agent::Reader),
            ("curl/8.5.0", Agent::Reader),
            ("subscribers", Agent::Reader),
            ("no subscribers here", Agent::Reader),
            ("", Agent::Reader),
            ("\u{0}\u{7f}", Agent::Reader),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent::Crawler),
            ("Slackbot 1.0 (+https://api.slack.com/robots)", Agent::Crawler),
            ("Feedspot/1.0 (+https://www.feedspot.com/fs/fetcher)", Agent::Crawler),
            ("kube-probe/1.30", Agent::Crawler),
        ] {
            assert_eq!(Agent::of(header.as_bytes()), want, "{header}");
        }
        assert_eq!(Agent::of(&[0xFF; 10_000]), Agent::Reader);
    }
}
