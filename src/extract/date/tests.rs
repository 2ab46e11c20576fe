//! What is read, and what is refused.

mod tables;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use url::Url;

use super::{from_address, read, read_alone};

/// Tuesday 10 January 2023, 13:00 in Stockholm.
const NOW: &str = "2023-01-10T12:00:00Z";

fn stockholm() -> TimeZone {
    TimeZone::get("Europe/Stockholm").unwrap()
}

fn read_at(language: &str, text: &str, now: &str) -> String {
    let now: Timestamp = now.parse().unwrap();
    read(text, language, &stockholm(), now).map_or_else(|| "-".to_owned(), |date| date.to_string())
}

/// Language, text, moment of reading, what is read (`-`: nothing).
type Row = (&'static str, &'static str, &'static str, &'static str);

fn check(rows: &[Row]) {
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|(language, text, now, expected)| {
            let found = read_at(language, text, now);
            (found != *expected).then(|| format!("{language} {text:?} at {now}: {found}, expected {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn figures() {
    check(&[
        ("sv", "2022-12-20", NOW, "2022-12-20"),
        ("sv", "2022-12-20 09:30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "2022-12-20 09.30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "2022-12-20, kl. 09:30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "2022-12-20T09:30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "2022-12-20T09:30:15Z", NOW, "2022-12-20T09:30:15Z"),
        ("sv", "2022-12-20t09:30:15z", NOW, "2022-12-20T09:30:15Z"),
        ("sv", "2022-12-20T09:30:15.25+01:00", NOW, "2022-12-20T08:30:15.25Z"),
        ("sv", "2022-12-20T09:30:15,1234567891+0100", NOW, "2022-12-20T08:30:15.123456789Z"),
        ("sv", "2022-12-20T09:30-05:00", NOW, "2022-12-20T14:30:00Z"),
        ("sv", "2022-12-20T09+01", NOW, "-"),
        ("sv", "2022-12-20 09:30:00+00", NOW, "2022-12-20T09:30:00Z"),
        ("sv", "2022-12-20 09:30:00 -0500", NOW, "2022-12-20T14:30:00Z"),
        ("sv", "2022-12-20 09:30:00-05:00", NOW, "2022-12-20T14:30:00Z"),
        ("sv", "2022-12-20 09:30-10:15", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "2022-12-20 09:30:00 UTC", NOW, "2022-12-20T09:30:00Z"),
        ("sv", "2022-12-20T09:30:00+01:00[Europe/Stockholm]", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "20221220", NOW, "2022-12-20"),
        ("sv", "20221220T093000Z", NOW, "2022-12-20T09:30:00Z"),
        ("sv", "20221220T0930", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "20221220T093000.5+0100", NOW, "2022-12-20T08:30:00.5Z"),
        ("sv", "2022-12", NOW, "2022-12"),
        ("sv", "2022/12/20", NOW, "2022-12-20"),
        ("sv", "2022.12.20", NOW, "2022-12-20"),
        ("sv", "20.12.2022", NOW, "2022-12-20"),
        ("de", "20. 12. 2022", NOW, "2022-12-20"),
        ("de", "5.3.2022", NOW, "2022-03-05"),
        ("de", "20.12.22", NOW, "2022-12-20"),
        ("de", "20.12.99", NOW, "1999-12-20"),
        ("nl", "20-12-2022", NOW, "2022-12-20"),
        ("fr", "20/12/2022", NOW, "2022-12-20"),
        ("en", "03/04/2022", NOW, "2022-04-03"),
        ("en-GB", "03/04/2022", NOW, "2022-04-03"),
        ("en-US", "03/04/2022", NOW, "2022-03-04"),
        ("en-US", "12/20/2022 3:05 PM", NOW, "2022-12-20T14:05:00Z"),
        ("en-US", "12/20/22", NOW, "2022-12-20"),
        ("fr", "20/12/22 à 9h30", NOW, "2022-12-20T08:30:00Z"),
        ("pt", "20/12/2022 às 14h30", NOW, "2022-12-20T13:30:00Z"),
        ("fr", "20/12/2022 à 9 h", NOW, "2022-12-20T08:00:00Z"),
        ("de", "20.12.2022, 14 Uhr", NOW, "2022-12-20T13:00:00Z"),
        ("de", "20.12.2022 | 14:05 Uhr", NOW, "2022-12-20T13:05:00Z"),
        ("fi", "ti 20.12.2022 klo 9.30", NOW, "2022-12-20T08:30:00Z"),
        ("fi", "20.12. klo 9.30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "20/12 2022", NOW, "2022-12-20"),
        ("sv", "20/12-2022 kl 9", NOW, "2022-12-20T08:00:00Z"),
        ("sv", "20/12 09:30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "2022-12-20 24:00", NOW, "2022-12-20T23:00:00Z"),
        ("sv", "(2022-12-20)", NOW, "2022-12-20"),
        ("sv", "Publicerad:2022-12-20", NOW, "2022-12-20"),
        ("sv", "2022\u{2011}12\u{2011}20", NOW, "2022-12-20"),
        ("en-US", "\u{200E}12\u{200E}/\u{200E}20\u{200E}/\u{200E}2022", NOW, "2022-12-20"),
        ("sv", "1671525000", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "1671525000123", NOW, "2022-12-20T08:30:00.123Z"),
    ]);
}

#[test]
fn words() {
    check(&[
        ("sv", "20 december 2022", NOW, "2022-12-20"),
        ("sv", "20 dec. 09.30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "20 dec. 2022 09.30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "20 DECEMBER 2022", NOW, "2022-12-20"),
        ("sv", "20\u{A0}december\u{202F}2022", NOW, "2022-12-20"),
        ("sv", "Publicerad: 20 december 2022 kl. 09.30", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "Publicerad den 20 december 2022 klockan 9", NOW, "2022-12-20T08:00:00Z"),
        ("sv", "den 5 maj", NOW, "2022-05-05"),
        ("sv", "5:e maj 2022", NOW, "2022-05-05"),
        ("sv", "5 maj kl 8", NOW, "2022-05-05T06:00:00Z"),
        ("sv", "tisdag 20 december 2022", NOW, "2022-12-20"),
        ("sv", "Tis 20 dec 2022, 14:05", NOW, "2022-12-20T13:05:00Z"),
        ("sv", "14:05, 20 december 2022", NOW, "2022-12-20T13:05:00Z"),
        ("sv", "kl. 14.05 den 20 december 2022", NOW, "2022-12-20T13:05:00Z"),
        ("sv", "maj 2024", "2024-06-01T00:00:00Z", "2024-05"),
        ("sv", "i maj 2022", NOW, "2022-05"),
        ("sv", "20 dec 22", NOW, "2022-12-20"),
        ("sv", "Nyhet | 20 december 2022 | Vård", NOW, "2022-12-20"),
        ("sv", "8 feb", NOW, "2023-02-08"),
        ("sv", "20 feb", NOW, "2022-02-20"),
        ("sv", "29 februari", NOW, "2020-02-29"),
        ("sv", "31 dec", "2023-01-01T00:00:00Z", "2022-12-31"),
        ("sv", "1 jan", "2022-12-20T00:00:00Z", "2023-01-01"),
        ("en", "December 20, 2022", NOW, "2022-12-20"),
        ("en", "Dec 20th 2022 3:05 pm", NOW, "2022-12-20T14:05:00Z"),
        ("en", "Dec. 20, 2022 at 12:05 a.m.", NOW, "2022-12-19T23:05:00Z"),
        ("en", "the 20th of December 2022", NOW, "2022-12-20"),
        ("en", "Tuesday, 20 December, 2022", NOW, "2022-12-20"),
        ("en", "December 20", NOW, "2022-12-20"),
        ("en", "20 Dec 2022 12pm", NOW, "2022-12-20T11:00:00Z"),
        ("en", "May 2022", NOW, "2022-05"),
        ("nb", "20. desember 2022 kl. 09:30", NOW, "2022-12-20T08:30:00Z"),
        ("nn", "måndag 5. mai 2022", NOW, "2022-05-05"),
        ("da", "5. marts 2022", NOW, "2022-03-05"),
        ("fi", "20. joulukuuta 2022", NOW, "2022-12-20"),
        ("fi", "20. joulukuuta 2022 klo 9", NOW, "2022-12-20T08:00:00Z"),
        ("is", "20. desember 2022", NOW, "2022-12-20"),
        ("is", "1. ágúst 2022", NOW, "2022-08-01"),
        ("de", "20. Dezember 2022 um 09:30 Uhr", NOW, "2022-12-20T08:30:00Z"),
        ("de", "Dienstag, 1. März 2022", NOW, "2022-03-01"),
        ("de", "1. MAERZ 2022", NOW, "2022-03-01"),
        ("nl", "dinsdag 20 december 2022 om 9:30 uur", NOW, "2022-12-20T08:30:00Z"),
        ("nl", "1 mrt. 2022", NOW, "2022-03-01"),
        ("fr", "mardi 20 décembre 2022 à 09h30", NOW, "2022-12-20T08:30:00Z"),
        ("fr", "1er août 2022", NOW, "2022-08-01"),
        ("fr", "1er aou\u{302}t 2022", NOW, "2022-08-01"),
        ("fr", "20 DECEMBRE 2022", NOW, "2022-12-20"),
        ("es", "20 de diciembre de 2022", NOW, "2022-12-20"),
        ("es", "mar 20 dic 2022 a las 9:30", NOW, "2022-12-20T08:30:00Z"),
        ("es", "2 ago 2022", NOW, "2022-08-02"),
        ("es", "mayo de 2022", NOW, "2022-05"),
        ("it", "20 dicembre 2022 alle ore 9:30", NOW, "2022-12-20T08:30:00Z"),
        ("it", "5 set 2022", NOW, "2022-09-05"),
        ("pt", "20 de dezembro de 2022", NOW, "2022-12-20"),
        ("pt", "segunda-feira, 5 de out. de 2022", NOW, "2022-10-05"),
        ("it", "1° dicembre 2022", NOW, "2022-12-01"),
        ("de", "14:30 Uhr am 20. Dezember 2022", NOW, "2022-12-20T13:30:00Z"),
        ("en", "12:30 am 20 December 2022", NOW, "2022-12-19T23:30:00Z"),
        ("sv", "kl 9 den 20 december 2022", NOW, "2022-12-20T08:00:00Z"),
        ("sv", "20 dec 2022 8.15 em", NOW, "2022-12-20T19:15:00Z"),
        ("pl", "wtorek, 20 grudnia 2022, godz. 9:30", NOW, "2022-12-20T08:30:00Z"),
        ("pl", "1 sierpnia 2022 r.", NOW, "2022-08-01"),
        // The language of the source is not always that of the field.
        ("sv", "December 20, 2022", NOW, "2022-12-20"),
        ("", "20. joulukuuta 2022", NOW, "2022-12-20"),
        // RFC 2822, RFC 850, asctime, and what servers make of them.
        ("sv", "Tue, 20 Dec 2022 09:30:00 +0100", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "Mon, 20 Dec 2022 09:30:00 GMT", NOW, "2022-12-20T09:30:00Z"),
        ("sv", "tis, 20 dec 2022 09:30:00 EST", NOW, "2022-12-20T14:30:00Z"),
        ("sv", "20 Dec 22 09:30 PDT", NOW, "2022-12-20T16:30:00Z"),
        ("sv", "Tuesday, 20-Dec-22 09:30:00 GMT", NOW, "2022-12-20T09:30:00Z"),
        ("sv", "Tue Dec 20 09:30:00 2022", NOW, "2022-12-20T08:30:00Z"),
        ("sv", "Tue Dec  6 09:30:00 CET 2022", NOW, "2022-12-06T08:30:00Z"),
        ("sv", "Tue Dec 20 2022 09:30:00 GMT+0200 (EET)", NOW, "2022-12-20T07:30:00Z"),
        ("sv", "20/Dec/2022:09:30:00 +0100", NOW, "2022-12-20T08:30:00Z"),
    ]);
}

#[test]
fn relative() {
    check(&[
        ("sv", "i dag 14:05", "2023-01-10T14:00:00Z", "2023-01-10T13:05:00Z"),
        ("sv", "I dag, kl. 14.05", NOW, "2023-01-10T13:05:00Z"),
        ("sv", "idag", NOW, "2023-01-10"),
        ("sv", "igår", NOW, "2023-01-09"),
        ("sv", "i går", "2023-01-09T23:30:00Z", "2023-01-09"),
        ("sv", "Publicerad igår", NOW, "2023-01-09"),
        ("sv", "igår kl 8", NOW, "2023-01-09T07:00:00Z"),
        ("sv", "14:05 igår", NOW, "2023-01-09T13:05:00Z"),
        ("sv", "i förrgår", NOW, "2023-01-08"),
        ("sv", "Nyhet | idag", NOW, "2023-01-10"),
        ("sv", "Idag, 9 januari 2023", NOW, "2023-01-09"),
        ("sv", "för 3 timmar sedan", NOW, "2023-01-10T09:00:00Z"),
        ("sv", "för en timme sedan", NOW, "2023-01-10T11:00:00Z"),
        ("sv", "3 dagar sedan", NOW, "2023-01-07"),
        ("sv", "2 veckor sedan", NOW, "2022-12-27"),
        ("sv", "2 månader sedan", NOW, "2022-11"),
        ("sv", "15 min sedan", NOW, "2023-01-10T11:45:00Z"),
        ("sv", "just nu", NOW, "2023-01-10T12:00:00Z"),
        ("sv", "nyss", NOW, "2023-01-10T12:00:00Z"),
        ("sv", "måndag 09:00", NOW, "2023-01-09T08:00:00Z"),
        ("sv", "tisdag 09:00", NOW, "2023-01-10T08:00:00Z"),
        ("sv", "tisdag 15:00", NOW, "2023-01-03T14:00:00Z"),
        ("sv", "tisdag", NOW, "2023-01-10"),
        ("sv", "i måndags kl. 9", NOW, "2023-01-09T08:00:00Z"),
        ("en", "today", NOW, "2023-01-10"),
        ("en", "Today at 3pm", NOW, "2023-01-10T14:00:00Z"),
        ("en", "yesterday 10:15", NOW, "2023-01-09T09:15:00Z"),
        ("en", "2 hours ago", NOW, "2023-01-10T10:00:00Z"),
        ("en", "an hour ago", NOW, "2023-01-10T11:00:00Z"),
        ("en", "Posted 5m ago", NOW, "2023-01-10T11:55:00Z"),
        ("en", "Sun 10:15", NOW, "2023-01-08T09:15:00Z"),
        ("en", "a month ago", NOW, "2022-12"),
        ("nb", "for 2 timer siden", NOW, "2023-01-10T10:00:00Z"),
        ("nb", "i går 10:15", NOW, "2023-01-09T09:15:00Z"),
        ("nn", "for 2 timar sidan", NOW, "2023-01-10T10:00:00Z"),
        ("da", "for 3 dage siden", NOW, "2023-01-07"),
        ("fi", "tänään klo 9.30", NOW, "2023-01-10T08:30:00Z"),
        ("fi", "eilen", NOW, "2023-01-09"),
        ("fi", "3 tuntia sitten", NOW, "2023-01-10T09:00:00Z"),
        ("fi", "tunti sitten", NOW, "2023-01-10T11:00:00Z"),
        ("fi", "ma 9.30", NOW, "2023-01-09T08:30:00Z"),
        ("is", "fyrir 3 klst. síðan", NOW, "2023-01-10T09:00:00Z"),
        ("is", "í gær kl. 10:15", NOW, "2023-01-09T09:15:00Z"),
        ("de", "heute", NOW, "2023-01-10"),
        ("de", "gestern, 10:15 Uhr", NOW, "2023-01-09T09:15:00Z"),
        ("de", "vor 2 Stunden", NOW, "2023-01-10T10:00:00Z"),
        ("de", "vor einem Tag", NOW, "2023-01-09"),
        ("nl", "3 uur geleden", NOW, "2023-01-10T09:00:00Z"),
        ("nl", "gisteren", NOW, "2023-01-09"),
        ("fr", "il y a 3 jours", NOW, "2023-01-07"),
        ("fr", "il y a une heure", NOW, "2023-01-10T11:00:00Z"),
        ("fr", "hier à 10h15", NOW, "2023-01-09T09:15:00Z"),
        ("fr", "aujourd’hui", NOW, "2023-01-10"),
        ("fr", "avant-hier", NOW, "2023-01-08"),
        ("es", "hace 2 días", NOW, "2023-01-08"),
        ("es", "ayer a las 10:15", NOW, "2023-01-09T09:15:00Z"),
        ("it", "2 ore fa", NOW, "2023-01-10T10:00:00Z"),
        ("it", "un'ora fa", NOW, "2023-01-10T11:00:00Z"),
        ("it", "l’altro ieri", NOW, "2023-01-08"),
        ("pt", "há 2 horas", NOW, "2023-01-10T10:00:00Z"),
        ("pt", "2 horas atrás", NOW, "2023-01-10T10:00:00Z"),
        ("pl", "2 godziny temu", NOW, "2023-01-10T10:00:00Z"),
        ("pl", "godzinę temu", NOW, "2023-01-10T11:00:00Z"),
        ("pl", "wczoraj, 10:15", NOW, "2023-01-09T09:15:00Z"),
    ]);
}

#[test]
fn the_date_of_publication_is_preferred() {
    let now = "2024-06-01T00:00:00Z";
    check(&[
        ("sv", "Uppdaterad 3 mars 2024 | Publicerad 1 mars 2024", now, "2024-03-01"),
        ("sv", "Publicerad 1 mars 2024 | Uppdaterad 3 mars 2024", now, "2024-03-01"),
        ("sv", "1 mars 2024 (uppdaterad 3 mars 2024)", now, "2024-03-01"),
        ("sv", "Uppdaterad 3 mars 2024", now, "2024-03-03"),
        ("sv", "2024-03-01 publicerad, 2024-03-03 uppdaterad", now, "2024-03-01"),
        ("en", "Last updated: March 3, 2024. First published: March 1, 2024 9:30 am", now, "2024-03-01T08:30:00Z"),
        ("de", "Aktualisiert am 03.03.2024, veröffentlicht am 01.03.2024", now, "2024-03-01"),
        ("sv", "1 mars 2024 - 9 mars 2024", now, "2024-03-01"),
        ("fr", "Mis à jour le 03/03/2024 à 9h - Publié le 01/03/2024", now, "2024-03-01"),
        ("sv", "Uppdaterad 3 mars 2024 | Publicerad 31 februari 2024", now, "-"),
    ]);
}

#[test]
fn what_is_no_date_is_refused() {
    let texts = [
        "",
        " ",
        "-",
        "2022",
        "5 artiklar",
        "1-2 dygn",
        "08-123 45 67",
        "+46 8 123 45 67",
        "070-123 45 67",
        "12345678",
        "123456789",
        "14:05",
        "31 februari 2022",
        "30 feb. 2022",
        "2022-13-40",
        "2022-02-30",
        "00.00.2022",
        "2022-12-20 25:00",
        "2022-12-20T09:60",
        "2022-12-20 09:30:61",
        "2022-12-20T24:01",
        "20 december 2022 kl 25.10",
        "2022-12-20T09:30+99:00",
        "20221340",
        "31 april",
        "32 december 2022",
        "0 december 2022",
        "120 december 2022",
        "12/20/2022",
        "20-21 december 2022",
        "22-12-20",
        "1.2.22",
        "version 1.2.2022.5",
        "v20.12.2022",
        "dnr 2022-12-20-5",
        "SFS-2022-12-20",
        "192.168.12.20",
        "20 december 20222",
        "20 december 2022-2023",
        "1 jan - 5 feb 2022",
        "2022-12-20T09:30:00Zfoo",
        "20/12",
        "20.12",
        "3,5 %",
        "kap. 5",
        "december",
        "i maj",
        "maj 5 personer",
        "20 december 1850",
        "20 december 2099",
        "1989-12-31",
        "2029-01-01",
        "19 Sverige 2022",
        "Sverige idag",
        "idag öppnar vi",
        "nuvarande",
        "Tisdagsklubben 09:00",
        "öppet tisdag 09:00-15:00",
        "tisdagar",
        "måndag, tisdag",
        "3 timmar",
        "för 3 dagar",
        "1,5 timmar sedan",
        "1-2 dagar sedan",
        "1 timme och 5 minuter sedan",
        "några timmar sedan",
        "20 decemberland 2022",
        "superdecember 2022",
        "5 out",
        "2 set",
        "10 of 12",
        "0812345678",
        "12345678901",
        "9999999999",
        "20 dec 13:05 pm x",
        "hier",
        "Q4 2022",
        "v. 51 2022",
        "vecka 51",
        "2022-W51-2",
        "2022-354",
        "8–17",
        "09.00–15.00",
        "100 000 kr",
        "١٢/٢٠/٢٠٢٢",
    ];
    let rows: Vec<Row> = texts.into_iter().map(|text| ("sv", text, NOW, "-")).collect();
    check(&rows);
}

#[test]
fn clocks_that_change() {
    check(&[
        // 02:30 does not exist: it is read as half an hour after 02:00 in winter time.
        ("sv", "26 mars 2023 02:30", "2023-04-01T00:00:00Z", "2023-03-26T01:30:00Z"),
        // 02:30 happens twice: the first.
        ("sv", "29 oktober 2023 02:30", "2023-11-01T00:00:00Z", "2023-10-29T00:30:00Z"),
        ("sv", "2023-10-29T02:30+01:00", "2023-11-01T00:00:00Z", "2023-10-29T01:30:00Z"),
        ("sv", "igår 02:30", "2023-03-27T10:00:00Z", "2023-03-26T01:30:00Z"),
        // Midnight at the end of the short day.
        ("sv", "26 mars 2023 24:00", "2023-04-01T00:00:00Z", "2023-03-26T22:00:00Z"),
        ("sv", "2 timmar sedan", "2023-03-26T01:30:00Z", "2023-03-25T23:30:00Z"),
        // It is already the next day in Stockholm.
        ("sv", "idag", "2022-12-31T23:30:00Z", "2023-01-01"),
    ]);
}

#[test]
fn a_long_text_is_read_only_so_far() {
    let dated = format!("20 december 2022 {}", "ord ".repeat(1000));
    assert_eq!(read_at("sv", &dated, NOW), "2022-12-20");
    let late = format!("{} 20 december 2022", "ord ".repeat(1000));
    assert_eq!(read_at("sv", &late, NOW), "-");
    // The year is cut off, so the day cannot be known.
    for before in 270..300 {
        let torn = format!("{} 20 december 2019", "x".repeat(before));
        assert!(["-", "2019-12-20"].contains(&&*read_at("sv", &torn, NOW)), "{before}");
    }
}

#[test]
fn addresses() {
    let rows = [
        ("/2024/07/15/titel", "2024-07-15"),
        ("/nyheter/2024/7/5/titel.html", "2024-07-05"),
        ("/nyheter/2024-07-15-titel", "2024-07-15"),
        ("/nyheter/2024-07-15.html", "2024-07-15"),
        ("/nyheter/2024-07-15/", "2024-07-15"),
        ("/nyheter/2024_07_15_titel", "2024-07-15"),
        ("/20240715/titel", "2024-07-15"),
        ("/20240715-titel/", "2024-07-15"),
        ("/nyheter/2024/07/titel", "2024-07"),
        ("/nyheter/2024/07/", "2024-07"),
        ("/nyheter/2024-07/titel", "2024-07"),
        ("/2024/juli/", "2024-07"),
        ("/2024/juli/15/titel", "2024-07-15"),
        ("/2024/m%C3%A4rz/titel", "2024-03"),
        ("/nyheter/2024/07/2024-07-15-titel", "2024-07-15"),
        ("/2024/07/31415", "2024-07"),
        ("/2024/", "-"),
        ("/2024/7/", "-"),
        ("/2024/13/", "-"),
        ("/2024/02/31/", "-"),
        ("/2024/00/", "-"),
        ("/12345678/", "-"),
        ("/20241315/", "-"),
        ("/18500715/", "-"),
        ("/20240715123/", "-"),
        ("/arkiv/2024-2025/", "-"),
        ("/2024/budget/", "-"),
        ("/?p=2024/07/15", "-"),
        ("/", "-"),
    ];
    for (path, expected) in rows {
        let url = Url::parse(&format!("https://example.org{path}")).unwrap();
        assert_eq!(from_address(&url).map_or("-".to_owned(), |d| d.to_string()), expected, "{path}");
    }
    assert_eq!(from_address(&Url::parse("mailto:2024/07/15").unwrap()), None);
}

#[test]
fn a_date_alone_is_told_from_a_text_about_one() {
    let zone = stockholm();
    let now: Timestamp = NOW.parse().unwrap();
    for (text, alone) in [
        ("20 december 2022", true),
        ("Publicerad: tisdag den 20 december 2022, kl. 09.30", true),
        ("Idag 09:15", true),
        ("Den 4 maj", true),
        ("Öppnar 4 maj", false),
        ("Tabellerna gäller från den 18 juni.", false),
        ("Kultur", false),
        ("", false),
    ] {
        assert_eq!(read_alone(text, "sv", &zone, now).is_some(), alone, "{text}");
    }
}
